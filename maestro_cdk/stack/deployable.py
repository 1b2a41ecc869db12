"""Whether an assembly is one stack with files, as maestro deploys it and tears it down."""

import json
from collections.abc import Iterator
from pathlib import Path

from maestro_cdk.errors import ProjectError
from maestro_cdk.model import JSON, Finding, SourceRef
from maestro_cdk.project import infra

_ELSEWHERE = (
    "put what is in it into the workflow's stack, with `workflow` as its scope; or make an app of "
    "your own with `Workflow(stack, ...)` in it, and deploy that with the CDK CLI"
)

_IMAGES_ELSEWHERE = (
    "push the image yourself and name it by its repository and tag; or deploy with `cdk deploy`, "
    "which builds and pushes it"
)


def check(out: Path, stack_name: str, *, images: bool) -> None:
    """Refuse what infra.py has made besides the one stack.

    Args:
        out: the folder that CDK wrote.
        stack_name: the stack's name.
        images: whether Docker images are seen to, as by the CDK CLI.

    Raises:
        ProjectError: what is refused, and what to do.
    """
    manifest = json.loads((out / "manifest.json").read_bytes())
    assets = json.loads((out / f"{stack_name}.assets.json").read_bytes())
    findings = [
        Finding(
            rule="infra",
            severity="error",
            message=message,
            hint=hint,
            where=SourceRef(file=infra.FILE),
        )
        for message, hint in (
            *_others(manifest, assets, stack_name),
            *(() if images else _images(assets)),
        )
    ]
    if findings:
        raise ProjectError(findings)


def _others(manifest: JSON, assets: JSON, stack_name: str) -> Iterator[tuple[str, str]]:
    """What would be deployed besides the stack."""
    for name, artifact in manifest["artifacts"].items():
        if artifact["type"] == "aws:cloudformation:stack" and name != stack_name:
            yield f"a project is one stack, and {name} would be a second", _ELSEWHERE
        elif artifact["type"] == "cdk:cloud-assembly":
            yield f"a project is one stack, and {name} would hold others", _ELSEWHERE
    for asset in assets["files"].values():
        path = asset["source"].get("path", "")
        if path.endswith(".nested.template.json"):
            name = path.removesuffix(".nested.template.json")
            yield f"a project is one stack, and {name} would be one nested in it", _ELSEWHERE


def _images(assets: JSON) -> Iterator[tuple[str, str]]:
    for image in assets.get("dockerImages", {}).values():
        name = image.get("displayName", "one")
        yield f"maestro uploads files, and no Docker images: {name}", _IMAGES_ELSEWHERE
