"""Calls of Tasks: requests to the AWS on this machine, signed as the role that makes them.

The only module outside aws/ that knows botocore: what Tasks call is any operation of any service.
"""

import asyncio
import contextvars
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import botocore.session
import urllib3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from maestro_cdk.engine.integrations.api import Answer, ApiError, WebAnswer, WebRequest
from maestro_cdk.local.states.ports import Around
from maestro_cdk.model import JSON

T = TypeVar("T")

AT_ONCE = 128
"""So many calls are under way at a time; more wait for their turn."""

NESTED_AT_ONCE = 1000
"""So many calls are under way at a time that last as long as an execution.

They have threads of their own: were they to take those that the executions need which they wait
for, none would ever end.
"""

NESTING = ("StartSyncExecution",)
"""The operations that last as long as an execution."""

CLIENTS = 100
"""So many clients are kept, those that were used last: each holds some MB."""

LONGEST = 960
"""Seconds that a call can take: a function's longest timeout, and a little."""

ROOT = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
"""Keys that may do everything."""

HTTP_SECONDS = 60
"""An HTTP Task ends after a minute.

https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#connect-http-task-quotas
"""


class Calls:
    """Calls services at `endpoint`, as the roles that Tasks have."""

    def __init__(self, endpoint: str, around: Around) -> None:
        self._endpoint, self._around = endpoint, around
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="task")
        self._nested = ThreadPoolExecutor(NESTED_AT_ONCE, thread_name_prefix="nested")
        self._session = botocore.session.Session()
        self._making = threading.Lock()
        self._clients: dict[tuple[str, str, str | None], Any] = {}
        self._web = urllib3.PoolManager(retries=False, timeout=HTTP_SECONDS)

    async def call(
        self, client: str, operation: str, parameters: Mapping[str, JSON], role: str | None, /
    ) -> Answer:
        """Call an operation.

        Raises:
            ApiError: the service refused, or could not be reached.
        """
        work = partial(self._call, client, operation, parameters, role)
        return await self._apart(work, self._nested if operation in NESTING else self._pool)

    async def web(self, request: WebRequest, /) -> WebAnswer:
        """Send a request to a web address.

        Raises:
            ApiError: it could not be reached, or its connection is not known.
        """
        return await self._apart(partial(self._send, request), self._pool)

    async def _apart(self, work: Callable[[], T], pool: ThreadPoolExecutor) -> T:
        """Do what blocks in a thread, which knows the account and the region that it is for."""
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, context.run, work)

    def _call(
        self, service: str, operation: str, parameters: Mapping[str, JSON], role: str | None
    ) -> Answer:
        try:
            answer = self._client(service, role)._make_api_call(operation, dict(parameters))  # noqa: SLF001 - operations are named as the API does
        except ClientError as error:
            told, about = error.response["Error"], error.response["ResponseMetadata"]
            raise ApiError(
                told["Code"],
                told["Message"],
                about["HTTPStatusCode"],
                about.get("RequestId", ""),
            ) from error
        except BotoCoreError as error:
            raise ApiError(None, str(error)) from error
        about = answer.pop("ResponseMetadata")
        return Answer(
            result={key: _read(value) for key, value in answer.items()},
            status=about["HTTPStatusCode"],
            headers=about.get("HTTPHeaders", {}),
            request_id=about.get("RequestId", ""),
        )

    def _client(self, service: str, role: str | None) -> Any:
        region, _ = self._around.place()
        # A role that is not here has no policies to be held to.
        keys = (self._around.credentials(role) if role else None) or ROOT
        with self._making:
            found = self._clients.pop((service, region, role), None)
            if found is None:
                found = self._session.create_client(
                    service,
                    region_name=region,
                    endpoint_url=self._endpoint,
                    config=_CONFIG,
                    **keys,
                )
            self._clients[service, region, role] = found  # behind all others
            if len(self._clients) > CLIENTS:
                del self._clients[next(iter(self._clients))]
            return found

    def _send(self, request: WebRequest) -> WebAnswer:
        added = self._around.connection(request.connection) if request.connection else {}
        if added is None:
            raise ApiError(None, f"The connection {request.connection} does not exist.")
        try:
            answer = self._web.request(
                request.method,
                request.url,
                body=request.body,
                headers={**request.headers, **added},
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise ApiError(None, str(error)) from error
        return WebAnswer(
            status=answer.status,
            reason=answer.reason or "",
            headers=dict(answer.headers),
            body=answer.data.decode(errors="replace"),
        )


_CONFIG = Config(
    parameter_validation=False,
    response_checksum_validation="when_required",
    retries={"total_max_attempts": 1},
    max_pool_connections=AT_ONCE,
    read_timeout=LONGEST,
    s3={"addressing_style": "path"},
    proxies={},
)
"""Nothing is checked and nothing tried again here: the definition says what is."""


def _read(value: Any) -> Any:
    return value.read() if hasattr(value, "read") else value
