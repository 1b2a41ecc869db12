"""What is at hand to whatever makes a function's files: a store, other programs, the environment."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from maestro_cdk.model import PackedFile
from maestro_cdk.project.dependencies.children import Children
from maestro_cdk.project.dependencies.store import Store

Files = tuple[PackedFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """The means to make things, from several threads."""

    store: Store
    children: Children
    environ: Mapping[str, str]
    locks: defaultdict[str, threading.Lock] = field(
        default_factory=lambda: defaultdict(threading.Lock)
    )

    def get(self, need: "Need") -> Files:
        """The files that come of a need, made if they are not kept; each is made once at a time.

        Raises:
            Failure: they cannot be made.
            OSError: they cannot be kept.
        """
        with self.locks[need.name(self.environ)]:
            found = need.find(self)
            return need.make(self) if found is None else found

    def folder(self, need: "Need") -> Path:
        """The folder that the files which come of a need are in; see `get`."""
        self.get(need)
        return self.store.folder(need.name(self.environ))


class Need(Protocol):
    """What a function needs: packages, or its code made from other code."""

    @property
    def place(self) -> Path:
        """The file that asks for it."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing when it is made."""
        ...

    def name(self, environ: Mapping[str, str]) -> str:
        """What tells it from others: the same name is the same need."""
        ...

    def find(self, at: Workbench) -> Files | None:
        """The files that come of it, if they were made before."""
        ...

    def make(self, at: Workbench) -> Files:
        """Make them.

        Raises:
            Failure: that cannot be done.
        """
        ...

    def replaces(self, name: str) -> bool:
        """Whether a file of the function's own, by its name in the zip, is left out for it."""
        ...
