"""The text files of a cloud assembly, changed so that all that refers to them still does."""

import hashlib
import json
from collections.abc import Iterator, Mapping

from maestro_cdk.model import JSON


def with_assets(
    files: Mapping[str, str], moved: Mapping[str, str], stack_name: str
) -> dict[str, str]:
    """The files with other assets, to the byte as CDK would have written them.

    Args:
        files: the assembly's, by name.
        moved: the new names of assets, by their old ones; each is a hash, and stands for itself.
        stack_name: whose assembly it is.
    """
    changed = {name: _replaced(text, moved) for name, text in files.items()}
    return _settled(changed, files[f"{stack_name}.template.json"], stack_name)


def without_implied_dependencies(files: Mapping[str, str], stack_name: str) -> dict[str, str]:
    """The files with a template that has no DependsOn which a reference makes anyway.

    CDK writes a role into the DependsOn of whatever takes it on, beside the reference to it.
    CloudFormation waits for the one as for the other, and cfn-lint says so (W3005).
    """
    name = f"{stack_name}.template.json"
    template = json.loads(files[name])
    for resource in template["Resources"].values():
        named = resource.get("DependsOn", [])
        wanted = [named] if isinstance(named, str) else named
        implied = set(_references(resource.get("Properties", {})))
        kept = [item for item in wanted if item not in implied]
        if kept:
            resource["DependsOn"] = kept
        elif wanted:
            del resource["DependsOn"]
    return _settled({**files, name: _written(template)}, files[name], stack_name)


def with_log_groups(files: Mapping[str, str], stack_name: str, *, days: int) -> dict[str, str]:
    """The files with a template whose every function logs to a group of the stack.

    Lambda makes a group for a function that names none; it would stay when the stack is deleted.
    """
    name = f"{stack_name}.template.json"
    template = json.loads(files[name])
    resources = template["Resources"]
    for logical_id, resource in list(resources.items()):
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Lambda::Function" and "LoggingConfig" not in properties:
            properties["LoggingConfig"] = {"LogGroup": {"Ref": f"{logical_id}Logs"}}
            resources[f"{logical_id}Logs"] = {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {
                    "LogGroupName": f"/maestro/{stack_name}/{logical_id}",
                    "RetentionInDays": days,
                },
                "UpdateReplacePolicy": "Delete",
                "DeletionPolicy": "Delete",
            }
    return _settled({**files, name: _written(template)}, files[name], stack_name)


def _written(template: JSON) -> str:
    """A template's text, in ASCII: CloudFormation tells each other letter of it as `?` later.

    https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1220
    """
    return json.dumps(template, indent=1)


def _references(value: JSON) -> Iterator[str]:
    """The logical ids that a value refers to."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            waiting += item.values()
            if isinstance(target := item.get("Ref"), str):
                yield target
            if isinstance(target := item.get("Fn::GetAtt"), list):
                yield str(target[0])


def _settled(files: Mapping[str, str], before: str, stack_name: str) -> dict[str, str]:
    """The files with the template's own name in them as it is now: it is an asset too."""
    manifest = f"{stack_name}.assets.json"
    moved = {_hash(before): _hash(files[f"{stack_name}.template.json"])}
    settled = {name: _replaced(text, moved) for name, text in files.items()}
    settled[manifest] = _with_destinations(settled[manifest])
    return settled


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _replaced(text: str, names: Mapping[str, str]) -> str:
    for old, new in names.items():
        text = text.replace(old, new)
    return text


def _with_destinations(text: str) -> str:
    """An asset manifest whose destinations are named by what they hold, as CDK names them."""
    manifest = json.loads(text)
    for asset in manifest["files"].values():
        asset["destinations"] = {
            f"{name.rpartition('-')[0]}-{_short_hash(place)}": place
            for name, place in asset["destinations"].items()
        }
    return json.dumps(manifest, indent=2, ensure_ascii=False)


def _short_hash(value: JSON) -> str:
    return _hash(json.dumps(value, separators=(",", ":"), ensure_ascii=False))[:8]
