"""Large zips, kept from one run to the next: to compress a hundred megabytes takes seconds."""

import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from maestro_cdk.model import Bundle
from maestro_cdk.project import bundle
from maestro_cdk.project.dependencies.store import Store

WORTH_KEEPING = 1_048_576
"""Bytes of a function from which on its zip is kept; a smaller one is made as fast as found."""

FORMAT = "zip-1"
"""Part of the name of what is kept; another one where zips are written in another way."""

_NAME = "code.zip"


class Zips:
    """Writes functions' zips.

    Args:
        folder: where large ones are kept.
    """

    def __init__(self, folder: Path) -> None:
        self._store = Store(folder)

    def prepare(self, bundles: Iterable[Bundle]) -> None:
        """Have the large ones made, side by side.

        Raises:
            ProjectError: a file is no longer what its bundle's digest names.
        """
        wanted = [item for item in bundles if _is_large(item)]
        absent = [item for item in wanted if self._store.find(_key(item)) is None]
        if len(absent) > 1:  # one alone is made as well where it is wanted
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(self._kept, absent))

    def write(self, item: Bundle, path: Path) -> None:
        """Write a bundle as a zip.

        Raises:
            ProjectError: a file is no longer what the bundle's digest names.
        """
        kept = self._kept(item) if _is_large(item) else None
        if kept is None:
            bundle.write_zip(item, path)
            return
        try:
            path.hardlink_to(kept)
        except OSError:  # on another disk
            shutil.copyfile(kept, path)

    def _kept(self, item: Bundle) -> Path | None:
        """The zip that is kept of a bundle; None where nothing can be."""
        key = _key(item)
        try:
            if self._store.find(key) is None:
                self._store.make(key, lambda into: bundle.write_zip(item, into / _NAME))
        except OSError:
            return None
        return self._store.folder(key) / _NAME


def _is_large(item: Bundle) -> bool:
    return sum(file.size for file in item.files) >= WORTH_KEEPING


def _key(item: Bundle) -> str:
    return f"{FORMAT}-{item.digest}"
