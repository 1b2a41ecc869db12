"""What integrations ask of the world: an API to be called, a web address to be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from maestro_cdk.model import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a service answered: members as the API names them, and what came with them."""

    result: Mapping[str, JSON]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRequest:
    """A request to a web address."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None
    connection: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAnswer:
    """What came back."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: str


class ApiError(Exception):
    """A service refused; `code` is None where it could not be reached."""

    def __init__(
        self, code: str | None, message: str, status: int = 400, request_id: str = ""
    ) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message
        self.status, self.request_id = status, request_id


class Api(Protocol):
    """Calls services."""

    async def call(
        self, client: str, operation: str, parameters: Mapping[str, JSON], role: str | None, /
    ) -> Answer:
        """Call an operation, both named as the SDK for Python names them.

        Blobs of the answer are bytes, its timestamps datetimes.

        Raises:
            ApiError: the service refused, or could not be reached.
        """
        ...

    async def web(self, request: WebRequest, /) -> WebAnswer:
        """Send a request to a web address.

        Raises:
            ApiError: it could not be reached.
        """
        ...
