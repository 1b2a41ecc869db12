"""Templates, and the projects that are made from them."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from maestro_cdk.errors import TemplateError
from maestro_cdk.project.definitions import DEFINITION, present
from maestro_cdk.project.settings import FILE

EMPTY_DEFINITION = {
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A folder to begin from, and the first sentence of its README."""

    name: str
    folder: Path
    summary: str


def shipped() -> Path:
    """The folder of the templates that come with the package."""
    inside = Path(__file__).parent.parent / "_templates"  # in a wheel
    return inside if inside.is_dir() else Path(__file__).parents[2] / "templates"


def available(folders: Sequence[Path]) -> tuple[Template, ...]:
    """The templates in these folders, by name; the first folder that has a name counts."""
    found: dict[str, Template] = {}
    for folder in folders:
        if folder.is_dir():
            for path in folder.iterdir():
                if present(path) and path.name not in found:
                    found[path.name] = Template(
                        name=path.name, folder=path, summary=_summary(path / "README.md")
                    )
    return tuple(found[name] for name in sorted(found))


def choose(templates: Sequence[Template], name: str) -> Template:
    """The template of that name.

    Raises:
        TemplateError: there is none; the message names the nearest.
    """
    names = {template.name: template for template in templates}
    if name in names:
        return names[name]
    near = get_close_matches(name, names, n=1)
    raise TemplateError(
        f"there is no template {name!r}",
        hint=f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}",
    )


def create(target: Path, template: Template | None, *, git: bool) -> bool:
    """Make a project's folder, whole or not at all.

    Args:
        target: the folder to make; its name becomes the workflow's.
        template: what to begin from; None for a workflow of one state.
        git: whether a repository is wanted, where the folder is not in one already.

    Returns:
        Whether a repository was made.

    Raises:
        TemplateError: the folder is there already and holds something, or cannot be made.
    """
    _check(target)
    made_parents = [parent for parent in target.parents if not parent.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".maestro-new-") as folder:
            made = Path(folder) / "project"
            _fill(made, template, title=target.name)
            if target.is_dir():  # somebody may stand in it: it stays, and is filled
                for path in made.iterdir():
                    path.rename(target / path.name)
            else:
                made.rename(target)
    except (OSError, shutil.Error) as error:
        for parent in made_parents:
            parent.rmdir()
        raise TemplateError(f"{target} cannot be made: {_reason(error)}") from error
    return git and _init_repository(target)


def _check(target: Path) -> None:
    """Refuse a folder that cannot become a project."""
    another = "choose another name"
    if target.is_symlink() or target.is_file():
        raise TemplateError(f"{target} is a file", hint=another)
    if target.is_dir() and any(target.iterdir()):
        raise TemplateError(f"{target} is there already, and is not empty", hint=another)
    if not re.match("[A-Za-z]", target.name):
        raise TemplateError(
            f"{target.name!r} does not begin with a letter, as the name of a stack must",
            hint=another,
        )


def _reason(error: OSError) -> str:
    """Why, in words: of a copy that failed at several files, the first's."""
    if isinstance(error, shutil.Error):
        _, _, why = error.args[0][0]
        return str(why)
    return error.strerror or str(error)


def _fill(folder: Path, template: Template | None, *, title: str) -> None:
    if template is not None:
        shutil.copytree(
            template.folder,
            folder,
            ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "cdk.out", ".git"),
        )
    else:
        (folder / "lambdas").mkdir(parents=True)
        (folder / "events").mkdir()
        _write_json(folder / DEFINITION, EMPTY_DEFINITION)
        _write_json(folder / "events" / "sample.json", {})
        (folder / "README.md").write_text(_readme(title), "utf-8")
    for name, text in ((".gitignore", GITIGNORE), (FILE, _settings())):
        if not (folder / name).exists():
            (folder / name).write_text(text, "utf-8")
    if not (folder / "cdk.json").exists():
        _write_json(folder / "cdk.json", CDK_JSON)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", "utf-8")


def _readme(title: str) -> str:
    return f"""# {title}

A workflow of AWS Step Functions, made with maestro.

- `definition.asl.json` holds the state machine.
- `lambdas/` holds the functions: `lambdas/greet.py` with a `handler(event, context)` is the
  function `greet`, and `"Resource": "${{greet}}"` names it in the definition.
- `events/` holds sample inputs.

```
maestro deploy --local
maestro run --local -i events/sample.json
maestro teardown --local
```

Without `--local` the same commands work on your AWS account.
"""


def _settings() -> str:
    return """# Settings of this workflow; every one is optional. Behind a # are the defaults.

[workflow]
# type = "STANDARD"        # or EXPRESS
# logging = "ERROR"        # what the state machine logs: OFF, ERROR, FATAL, ALL
# tags = { team = "..." }

[functions]
runtime = "python3.13"     # of the functions in Python; those in Node.js run on nodejs24.x
# memory = 256             # MB
# timeout = 30             # seconds
# architecture = "arm64"   # or x86_64
# log_retention = 14       # days
# environment = { LOG_LEVEL = "INFO" }
"""


def _summary(readme: Path) -> str:
    """The first paragraph of a README after its title."""
    try:
        text = readme.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    paragraphs = [part.strip() for part in text.split("\n\n")]
    body = [part for part in paragraphs if part and not part.startswith(("#", "!", "<"))]
    return " ".join(body[0].split()) if body else ""


def _init_repository(folder: Path) -> bool:
    """Make a git repository of a folder that is in none; without git there is none."""
    git = shutil.which("git")
    if git is None:
        return False
    inside = subprocess.run(
        [git, "rev-parse", "--is-inside-work-tree"], cwd=folder, capture_output=True, check=False
    )
    if inside.returncode == 0:
        return False
    made = subprocess.run([git, "init", "--quiet"], cwd=folder, capture_output=True, check=False)
    return made.returncode == 0
