"""Has what functions need installed: what is not kept yet, side by side."""

from collections.abc import Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Protocol

from maestro_cdk.errors import MaestroError, ProjectError
from maestro_cdk.model import Finding, PackedFile, SourceRef
from maestro_cdk.ports import Advanced, Reporter, Step
from maestro_cdk.project.dependencies.children import Children
from maestro_cdk.project.dependencies.failures import Failure
from maestro_cdk.project.dependencies.store import Store

AT_ONCE = 8
"""Installers that run side by side: they wait for the network more than for the processor."""

Files = tuple[PackedFile, ...]


class Need(Protocol):
    """What a function needs: packages, or its code made from other code."""

    @property
    def place(self) -> Path:
        """The file that asks for it."""
        ...

    def key(self, environ: Mapping[str, str]) -> str:
        """The name of what comes of it."""
        ...

    def make(self, into: Path, *, children: Children, environ: Mapping[str, str]) -> None:
        """Make it.

        Raises:
            Failure: that cannot be done.
        """
        ...


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
        keys = {function: need.key(self._environ) for function, need in needs.items()}
        wanted = {keys[function]: need for function, need in needs.items()}
        found = {key: self._store.find(key) for key in wanted}
        absent = {key: wanted[key] for key, files in found.items() if files is None}
        if absent:
            users = {
                key: [function for function in keys if keys[function] == key] for key in absent
            }
            found |= self._made(absent, users, project)
        return {function: found[key] or () for function, key in keys.items()}

    def _made(
        self, absent: Mapping[str, Need], users: Mapping[str, list[str]], project: Path
    ) -> dict[str, Files]:
        """Make what is not there, side by side; one that fails keeps none of the others."""
        of = sorted(function for names in users.values() for function in names)
        self._reporter.emit(Step(f"installing what {_listed(of)} need{'s' * (len(of) == 1)}"))
        children = Children()
        pool = ThreadPoolExecutor(max_workers=AT_ONCE)
        running = {
            pool.submit(self._make, key, need, children): key for key, need in absent.items()
        }
        try:
            made, failures = self._awaited(running, users)
        except BaseException:
            children.end()
            pool.shutdown(cancel_futures=True)  # until their folders are cleared away
            raise
        pool.shutdown()
        if failures:
            raise ProjectError([_finding(failure, project) for failure in failures])
        return made

    def _make(self, key: str, need: Need, children: Children) -> Files:
        def work(into: Path) -> None:
            need.make(into, children=children, environ=self._environ)

        return self._store.make(key, work)

    def _awaited(
        self, running: Mapping[Future[Files], str], users: Mapping[str, list[str]]
    ) -> tuple[dict[str, Files], list[Failure]]:
        made: dict[str, Files] = {}
        failures: list[Failure] = []
        waiting = set(running)
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                key = running[future]
                try:
                    made[key] = future.result()
                except Failure as failure:
                    failures.append(failure)
                except OSError as error:
                    raise _unkept(error) from error
                else:
                    event = Advanced(_listed(users[key]), len(made), len(running))
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
        where=SourceRef(file=file.as_posix()),
    )


def _listed(names: Iterable[str]) -> str:
    """Names in a sentence: the first few, and how many more."""
    every = list(names)
    if len(every) <= 3:  # noqa: PLR2004 - as many as are read at a glance
        return ", ".join(every)
    return f"{', '.join(every[:2])} and {len(every) - 2} more"
