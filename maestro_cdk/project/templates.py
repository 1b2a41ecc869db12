"""Templates: where they are, what each is for, and the languages that it is written in."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from maestro_cdk.errors import TemplateError
from maestro_cdk.project.definitions import present
from maestro_cdk.project.runtimes import ENDINGS

LANGUAGES = {"python": "python", "node": "nodejs"}
"""What `--language` takes, and what Lambda calls it."""

OVERLAYS = "languages"
"""The folder of a template with a folder for each further language; see `Template`."""

ORIGINALS = {
    "helloWorld": "hello",
    "choiceState": "choice",
    "waitState": "wait",
    "mapState": "map",
    "retryFailure": "retry",
    "catchFailure": "catch",
    "example-workflow": "approval",
}
"""The original Maestro's names of what ships, where ours are others."""


SHIPPED = "maestro's own"
"""What the set that comes with the package is called, where it was installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A folder to begin from.

    It is a project's folder as it stands. `languages/node/` in it, if there, is laid over it for
    who wants Node.js, in place of its `lambdas/`; so is `languages/python/`.
    """

    name: str
    folder: Path
    summary: str
    """The first paragraph of its README."""
    languages: tuple[str, ...]
    """Those it can be had in, its own first; none where it has no function."""


def shipped() -> Path:
    """The folder of the templates that come with the package."""
    inside = Path(__file__).parent.parent / "_templates"  # in a wheel
    return inside if inside.is_dir() else Path(__file__).parents[2] / "templates"


def of_user(home: Path) -> Path:
    """The folder of the user's own templates."""
    return home / ".maestro" / "templates"


def available(folders: Sequence[Path]) -> tuple[Template, ...]:
    """The templates in these folders, by name; the first folder that has a name counts."""
    found: dict[str, Template] = {}
    for folder in folders:
        if folder.is_dir():
            for path in folder.iterdir():
                if present(path) and path.name not in found:
                    found[path.name] = _read(path)
    return tuple(found[name] for name in sorted(found))


def choose(templates: Sequence[Template], name: str) -> Template:
    """The template of that name, or of the name that the original Maestro had for it.

    Raises:
        TemplateError: there is none; the message names the nearest.
    """
    names = {template.name: template for template in templates}
    for known in (name, ORIGINALS.get(name)):
        if known in names:
            return names[known]
    near = get_close_matches(name, [*names, *ORIGINALS], n=1)
    raise TemplateError(
        f"there is no template {name!r}",
        hint=f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}",
    )


def overlay(template: Template, language: str | None) -> Path | None:
    """What is laid over a template for a language; None where it is in that already.

    Raises:
        TemplateError: it cannot be had in this language.
    """
    if language is None or not template.languages or language == template.languages[0]:
        return None
    if language not in template.languages:
        raise TemplateError(
            f"the template {template.name!r} is not there in {language}",
            hint=f"it is in {', '.join(template.languages)}",
        )
    return template.folder / OVERLAYS / language


def _read(folder: Path) -> Template:
    own = _language(folder)
    others = [name for name in LANGUAGES if (folder / OVERLAYS / name).is_dir() and name != own]
    return Template(
        name=folder.name,
        folder=folder,
        summary=_summary(folder / "README.md"),
        languages=(own, *others) if own else (),
    )


def _language(folder: Path) -> str | None:
    """What most of a template's functions are written in."""
    try:
        files = sorted((folder / "lambdas").rglob("*"))
    except OSError:
        files = []
    found = [ENDINGS[path.suffix] for path in files if path.suffix in ENDINGS]
    return max(LANGUAGES, key=lambda name: found.count(LANGUAGES[name])) if found else None


def _summary(readme: Path) -> str:
    """The first paragraph of a README after its title."""
    try:
        text = readme.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    paragraphs = [part.strip() for part in text.split("\n\n")]
    body = [part for part in paragraphs if part and not part.startswith(("#", "!", "<"))]
    return " ".join(body[0].split()) if body else ""
