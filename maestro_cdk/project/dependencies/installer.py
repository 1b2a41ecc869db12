"""Has what functions need installed: what is not kept yet, side by side."""

from collections.abc import Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from maestro_cdk.errors import MaestroError, ProjectError
from maestro_cdk.model import Finding, SourceRef
from maestro_cdk.ports import Advanced, Note, Reporter, Step
from maestro_cdk.project.dependencies.children import Children
from maestro_cdk.project.dependencies.failures import Failure
from maestro_cdk.project.dependencies.store import Store
from maestro_cdk.project.dependencies.workbench import Files, Need, Workbench

AT_ONCE = 8
"""Installers that run side by side: they wait for the network more than for the processor."""


class Silent:
    """Hears what happens, and tells nobody."""

    def emit(self, event: object, /) -> None:
        """Take note of an event."""


class Installer:
    """Gets what functions need.

    Args:
        folder: where it is kept between runs.
        environ: the environment's variables.
        reporter: hears of each step.
    """

    def __init__(
        self, folder: Path, *, environ: Mapping[str, str], reporter: Reporter | None = None
    ) -> None:
        self._store = Store(folder)
        self._environ = environ
        self._reporter: Reporter = reporter or Silent()

    def get(self, needs: Mapping[str, Need], project: Path) -> dict[str, Files]:
        """The files that come of each function's need.

        Args:
            needs: by the function's name.
            project: the project's folder.

        Raises:
            ProjectError: everything that could not be had.
            MaestroError: nothing can be kept.
        """
        children = Children()
        at = Workbench(store=self._store, children=children, environ=self._environ)
        users: dict[str, list[str]] = {}
        wanted: dict[str, Need] = {}
        for function, need in needs.items():
            name = need.name(self._environ)
            wanted[name] = need
            users.setdefault(name, []).append(function)
        found = {name: need.find(at) for name, need in wanted.items()}
        absent = {name: wanted[name] for name, files in found.items() if files is None}
        if absent:
            found |= self._made(absent, users, project, at)
        return {function: found[name] or () for name, named in users.items() for function in named}

    def _made(
        self,
        absent: Mapping[str, Need],
        users: Mapping[str, list[str]],
        project: Path,
        at: Workbench,
    ) -> dict[str, Files]:
        """Make what is not there, side by side; one that fails keeps none of the others."""
        of = sorted(function for name in absent for function in users[name])
        self._reporter.emit(Step(f"preparing what {_listed(of)} need{'s' * (len(of) == 1)}"))
        pool = ThreadPoolExecutor(max_workers=AT_ONCE)
        running = {pool.submit(at.get, need): name for name, need in absent.items()}
        try:
            made, failures = self._awaited(running, users)
        except BaseException:
            at.children.end()
            pool.shutdown(cancel_futures=True)  # until their folders are cleared away
            raise
        pool.shutdown()
        for note in sorted({note for name in made for note in absent[name].notes}):
            self._reporter.emit(Note(note))
        if failures:
            raise ProjectError([_finding(failure, project) for failure in failures])
        return made

    def _awaited(
        self, running: Mapping[Future[Files], str], users: Mapping[str, list[str]]
    ) -> tuple[dict[str, Files], list[Failure]]:
        made: dict[str, Files] = {}
        failures: list[Failure] = []
        waiting = set(running)
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                name = running[future]
                try:
                    made[name] = future.result()
                except Failure as failure:
                    failures.append(failure)
                except OSError as error:
                    raise _unkept(error) from error
                else:
                    event = Advanced(_listed(users[name]), len(made), len(running))
                    self._reporter.emit(event)
        return made, sorted(failures, key=lambda failure: (failure.path, failure.message))


def _unkept(error: OSError) -> MaestroError:
    where = f" in {error.filename}" if error.filename else ""
    return MaestroError(
        f"what functions need cannot be kept{where}: {error.strerror or error}",
        hint="XDG_CACHE_HOME names another place for caches",
    )


def _finding(failure: Failure, project: Path) -> Finding:
    place = failure.path
    file = place.relative_to(project) if place.is_relative_to(project) else place
    return Finding(
        rule="dependencies",
        severity="error",
        message=failure.message,
        hint=failure.hint,
        where=SourceRef(file=file.as_posix(), line=failure.line, column=failure.column),
    )


def _listed(names: Iterable[str]) -> str:
    """Names in a sentence: the first few, and how many more."""
    every = list(names)
    if len(every) <= 3:  # noqa: PLR2004 - as many as are read at a glance
        return ", ".join(every)
    return f"{', '.join(every[:2])} and {len(every) - 2} more"
