"""Functions that something else builds: what of them has to be in the folder for Lambda to run it."""

from dataclasses import dataclass
from pathlib import Path

from maestro_cdk.project import files, runtimes

BOOTSTRAP = "bootstrap"
"""The program that a `provided` runtime starts:
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html"""

HANDLERS = {
    "provided": BOOTSTRAP,
    "java": "com.example.Handler::handleRequest",
    "dotnet": "Assembly::Namespace.Class::Method",
    "ruby": "function.handler",
    "python": "index.handler",
    "nodejs": "index.handler",
}
"""What a handler looks like in each language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What is not there, and what makes it."""

    message: str
    hint: str


def missing(runtime: str, handler: str, folder: Path) -> Missing | None:
    """What a folder lacks to be run by a runtime; None: nothing that is known of."""
    match runtimes.language(runtime):
        case "provided":
            return _program(folder)
        case "java":
            return _classes(folder)
        case "dotnet":
            return _assembly(handler.partition("::")[0], folder)
        case "ruby":
            return _script(handler.partition(".")[0], folder)
        case _:
            return None


def _program(folder: Path) -> Missing | None:
    if files.is_file(folder / BOOTSTRAP):
        return None
    return Missing(
        message=f"it holds no {BOOTSTRAP}, the program that a provided runtime starts",
        hint="build it for Linux and the function's architecture; in Go: GOOS=linux "
        f"GOARCH=arm64 CGO_ENABLED=0 go build -tags lambda.norpc -o {BOOTSTRAP}",
    )


def _classes(folder: Path) -> Missing | None:
    """Lambda loads classes from the zip's root, and jars from lib/ alone.

    https://docs.aws.amazon.com/lambda/latest/dg/java-package.html
    """
    if any(folder.glob("lib/*.jar")) or any(folder.rglob("*.class")):
        return None
    jar = next(iter(sorted(folder.glob("*.jar"))), None)
    if jar is not None:
        return Missing(
            message=f"{jar.name} is not in lib/, the only folder that Lambda loads jars from",
            hint=f"move it to lib/{jar.name}, or unpack it",
        )
    return Missing(
        message="it holds neither classes nor lib/*.jar",
        hint="build it, and put the jar with all that it needs into lib/",
    )


def _assembly(name: str, folder: Path) -> Missing | None:
    if files.is_file(folder / f"{name}.dll"):
        return None
    return Missing(
        message=f"it holds no {name}.dll, which its handler names",
        hint="`dotnet publish -c Release -o` this folder, or correct the handler",
    )


def _script(name: str, folder: Path) -> Missing | None:
    if files.is_file(folder / f"{name}.rb"):
        return None
    return Missing(message=f"it holds no {name}.rb, which its handler names", hint="correct either")
