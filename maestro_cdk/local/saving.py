"""Saves soon after changes, off the threads that answer requests."""

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

REST = 4
"""How many times as long as a save the pause after it is: large states take long to write."""


class Saver:
    """Calls `save` once for all the changes of a moment.

    Args:
        save: writes what changed; what it raises is logged, and it is called again.
        busy: whether something goes on that changes more without being asked to; while it does,
            `save` is called every `pace` seconds.
        delay: the seconds between a change and its being saved.
        pace: see `busy`.
    """

    def __init__(
        self,
        save: Callable[[], None],
        *,
        busy: Callable[[], bool],
        delay: float = 0.3,
        pace: float = 1.0,
    ) -> None:
        self._save = save
        self._busy = busy
        self._delay = delay
        self._pace = pace
        self._changed = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="saver", daemon=True)
        self._thread.start()

    def changed(self) -> None:
        """Note that there is something to save."""
        self._changed.set()

    def close(self) -> None:
        """Save what is left to save, and end."""
        self._closing.set()
        self._changed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._changed.wait()
            self._closing.wait(self._delay)
            self._changed.clear()
            began = time.monotonic()
            again = self._attempt()
            self._closing.wait(REST * (time.monotonic() - began))
            if again:
                self._changed.wait(self._pace)
                self._changed.set()
        if self._changed.is_set():
            self._attempt()

    def _attempt(self) -> bool:
        """Save; return whether there will be more to save although nobody says so."""
        try:
            # Asked before saving: what ends meanwhile is then saved once more.
            busy = self._busy()
            self._save()
        except Exception:
            # A saver that ends at the first full disk would lose all that comes after.
            logger.exception("The state could not be saved; it is tried again")
            return True
        return busy
