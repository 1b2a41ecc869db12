"""What each function of a project needs."""

from pathlib import Path

from maestro_cdk.model import Function
from maestro_cdk.project import runtimes
from maestro_cdk.project.dependencies import python, targets
from maestro_cdk.project.dependencies.installer import Need


def of(function: Function, shared: tuple[Path, ...], project: Path) -> Need | None:
    """What a function needs besides the files that are packed as they are; None: nothing.

    Raises:
        Failure: what it asks for cannot be had, as far as that shows without asking anybody.
    """
    home = function.root if function.root.is_dir() else function.root.parent
    if runtimes.language(function.runtime) == "python":
        target = targets.python_of_lambda(function.runtime, function.settings.architecture)
        return python.find(home, (path for path in shared if path.is_dir()), project, target)
    return None
