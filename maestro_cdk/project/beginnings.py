"""What a new project holds that no template brings: texts, and the settings explained."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping

from maestro_cdk.project.json_schema import DIRECTIVE
from maestro_cdk.project.runtimes import DEFAULTS
from maestro_cdk.project.schema import FUNCTION, TARGET, WORKFLOW, Key

DEFINITION = {
    "Comment": "One state that passes its input on. Replace it with your own.",
    "StartAt": "Start",
    "States": {"Start": {"Type": "Pass", "End": True}},
}

CDK_JSON = {
    "app": "maestro synth",
    "output": "cdk.out",
    "versionReporting": False,
    "pathMetadata": False,
    "assetMetadata": False,
}
"""Lets the CDK CLI drive the same stack."""

GITIGNORE = "cdk.out/\n__pycache__/\nnode_modules/\n.venv/\n.DS_Store\n"

_WIDE = 100


def readme(title: str, language: str, *, event: str, picture: str | None) -> str:
    """The README of a project whose template has none.

    Args:
        title: the project's.
        language: what its functions are, or will be, written in.
        event: the input to try, by its name in events/.
        picture: the state machine, in Mermaid's language; None for no picture.
    """
    drawn = f"```mermaid\n{picture.strip()}\n```\n\n" if picture else ""
    ending, handler = {
        "python": ("py", "a `handler(event, context)`"),
        "node": ("mjs", "an exported `handler`"),
    }[language]
    return f"""# {title}

A workflow of AWS Step Functions, made with maestro.

- `definition.asl.json` holds the state machine.
- `lambdas/` holds the functions: `lambdas/greet.{ending}` with {handler} is the
  function `greet`, and `"Resource": "${{greet}}"` names it in the definition.
- `events/` holds sample inputs.
- `maestro.toml` holds the settings, each with its default.

{drawn}```
maestro deploy --local
maestro run --local -i events/{event}
maestro teardown --local
```

Without `--local` the same commands work on your AWS account.
"""


def settings(runtime: str) -> str:
    """A maestro.toml in which each setting is explained, and only the runtime is set."""
    shared = {name: key for name, key in FUNCTION.items() if name != "handler"}
    lines = [
        DIRECTIVE,
        *_said("The settings of this workflow. Every one is optional: behind a # is the default"),
        "# or an example.",
        "",
        "[workflow]",
        *_explained(WORKFLOW, {}),
        "",
        "[functions]",
        *_explained(shared, {"runtime": runtime}),
        "",
        "# One function's own: any setting of [functions], and",
        "#[functions.NAME]",
        *_explained({"handler": FUNCTION["handler"]}, {}),
        "",
        "# What is different with `--stage prod`: any of the above, and",
        "#[stages.prod]",
        *_explained(TARGET, {}),
    ]
    return "\n".join(lines) + "\n"


def with_runtime(text: str, runtime: str) -> str:
    """A maestro.toml for another language: with this runtime in place of one of the others."""
    others = "|".join(re.escape(other) for other in DEFAULTS.values())
    return re.sub(
        rf'^(\s*runtime\s*=\s*)"(?:{others})"', rf'\g<1>"{runtime}"', text, flags=re.MULTILINE
    )


def with_name(text: str, name: str) -> str:
    """A maestro.toml that names the workflow."""
    line = f"name = {json.dumps(name)}"
    named = re.sub(r"^#? ?name\s*=.*$", line, text, count=1, flags=re.MULTILINE)
    if named != text:
        return named
    headed = re.sub(r"^\[workflow\].*$", rf"\g<0>\n{line}", text, count=1, flags=re.MULTILINE)
    return headed if headed != text else f"{text}\n[workflow]\n{line}\n"


def _explained(keys: Mapping[str, Key], chosen: Mapping[str, str]) -> Iterator[str]:
    """The lines of settings: what each is about, and its value, behind a # unless it is chosen."""
    for name, key in keys.items():
        default = f" Default: {key.default}." if key.default else ""
        yield from ("", *_said(f"{key.doc[0].upper()}{key.doc[1:]}.{default}"))
        value = json.dumps(chosen[name]) if name in chosen else key.example
        yield f"{'' if name in chosen else '#'}{name} = {value}"


def _said(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDE, initial_indent="# ", subsequent_indent="# ")
