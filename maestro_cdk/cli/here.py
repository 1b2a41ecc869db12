"""This machine in Lambda's place: what runs the functions of a project, and what is said of it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from maestro_cdk.model import Project
from maestro_cdk.project import interpreters, node, runtimes
from maestro_cdk.project.dependencies import targets
from maestro_cdk.project.dependencies.targets import Here


def of(project: Project, environ: Mapping[str, str], home: Path) -> Here:
    """The Python of this machine for each runtime of a project's functions."""
    wanted = {function.runtime for function in project.functions}
    return Here(
        pythons={
            runtime: targets.python_here(
                interpreters.nearest(runtime.removeprefix("python"), environ, home)
            )
            for runtime in sorted(wanted)
            if runtimes.language(runtime) == "python"
        }
    )


def notes(project: Project, here: Here) -> Iterator[str]:
    """What runs otherwise here than in Lambda, or does not run at all."""
    for runtime in sorted({function.runtime for function in project.functions}):
        match runtimes.language(runtime):
            case "python":
                found = here.pythons[runtime].version
                if f"python{found}" != runtime:
                    yield f"{runtime} runs here on Python {found}, the nearest that there is"
            case "nodejs":
                major = node.major()
                if major is not None and major != runtimes.major(runtime):
                    yield f"{runtime} runs here on Node.js {major}, the one that there is"
            case "provided":
                continue
            case _:
                yield f"{runtime} does not run here: its functions are not called, and answer at once"
