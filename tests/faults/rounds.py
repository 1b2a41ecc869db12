"""A proxy that counts round trips: what is asked side by side counts once."""

import time
from threading import Condition, Thread

from tests.faults.proxy import FaultyProxy

QUIET = 0.35
"""Seconds without another call after which those that wait are answered, together."""


class RoundsProxy(FaultyProxy):
    """Holds each call until nobody asks for more, then lets all of them pass: that is a round."""

    def __init__(self, behind):
        super().__init__(behind)
        self.rounds = []
        self._waiting = []
        self._last = 0.0
        self._turn = Condition()
        self._open = True

    def __enter__(self):
        Thread(target=self._release, daemon=True).start()
        return super().__enter__()

    def __exit__(self, *args):
        self._open = False
        super().__exit__(*args)

    def begin(self):
        """Count anew."""
        self.rounds.clear()

    def fate(self, name):
        """A call passes when its round does."""
        with self._turn:
            mine = [name]
            self._waiting.append(mine)
            self._last = time.monotonic()
            self._turn.wait_for(lambda: not any(each is mine for each in self._waiting))

    def _release(self):
        while self._open:
            time.sleep(0.02)
            with self._turn:
                if self._waiting and time.monotonic() - self._last > QUIET:
                    self.rounds.append([name for (name,) in self._waiting])
                    self._waiting.clear()
                    self._turn.notify_all()
