"""Who may ask: whoever knows the token, by this machine's own name, from the page itself.

A page of another site can make a browser send requests here. It does not know the token. By a name of
its own that it has lead here (DNS rebinding) it could read answers: so the name is looked at as
well. A token in the address stays in no log of ours, and the page tells it to nobody
(Referrer-Policy).
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

HOST = "127.0.0.1"

TICKET_SECONDS = 60.0


@dataclass(slots=True, kw_only=True)
class Guard:
    """Lets requests in.

    The command by which a browser is opened can be seen by every user of the machine. So it gets a
    ticket in place of the token, which serves once, and soon.
    """

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _ticket: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _until: float = field(default_factory=lambda: monotonic() + TICKET_SECONDS)
    _lock: Lock = field(default_factory=Lock)

    @property
    def address(self) -> str:
        """The page's."""
        return f"http://{HOST}:{self.port}/{self.token}/"

    @property
    def ticket(self) -> str:
        """An address that leads to the page once."""
        return f"http://{HOST}:{self.port}/open/{self._ticket}"

    def redeemed(self, path: str) -> bool:
        """Whether a path is the ticket's; it is spent by that."""
        given = path.removeprefix("/open/")
        with self._lock:
            if given == path or not _same(given, self._ticket) or monotonic() > self._until:
                return False
            self._until = 0.0
            return True

    def known(self, host: str | None) -> bool:
        """Whether the request was sent to this machine by its own name."""
        return host in (f"{HOST}:{self.port}", f"localhost:{self.port}")

    def within(self, path: str) -> str | None:
        """What is asked for behind the token; None where the token is another."""
        given, slash, rest = path.removeprefix("/").partition("/")
        return rest if _same(given, self.token) and slash else None

    def from_page(self, method: str, headers: Mapping[str, str]) -> bool:
        """Whether a request comes from the page itself, or from nobody's page.

        https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
        """
        origin = headers.get("Origin")
        if origin is not None and origin not in self._origins:
            return False
        if method == "POST":
            kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return origin is not None and kind == "application/json"
        return headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")

    @property
    def _origins(self) -> tuple[str, ...]:
        return (f"http://{HOST}:{self.port}", f"http://localhost:{self.port}")


def _same(given: str, wanted: str) -> bool:
    """Whether two texts are the same, in a time that does not tell how far they are."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
