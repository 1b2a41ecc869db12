"""A service, asked: its client made when first needed, its failures told in our words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from botocore.parsers import ResponseParserError

from maestro_cdk.aws.failures import translated


class Service:
    """One service of AWS, which any number of threads may ask.

    Args:
        name: the service as people call it.
        make: makes its boto3 client; called once.
        profile: the profile in use, for hints.
        principal: tells whose the credentials are; asked only when they are refused.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[], Any],
        *,
        profile: str | None = None,
        principal: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.name = name
        self._make = make
        self._profile = profile
        self._principal = principal
        self._lock = Lock()
        self._client: Any = None

    @property
    def client(self) -> Any:
        """The boto3 client, for what `call` and `pages` cannot say; wrap its use in `told`."""
        with self._lock:
            if self._client is None:
                with self.told(endpoint="its address"):
                    self._client = self._make()
            return self._client

    @property
    def endpoint(self) -> str:
        """The address of the service."""
        return str(self.client.meta.endpoint_url)

    @contextmanager
    def told(self, *, endpoint: str | None = None) -> Iterator[None]:
        """Turn what botocore raises inside into a CloudError.

        Args:
            endpoint: the address to name where the client is not there to tell.

        Raises:
            CloudError: a `Refusal`, or one of CloudError's own kinds.
        """
        try:
            yield
        except Exception as error:
            ours = translated(
                error,
                service=self.name,
                endpoint=endpoint or self.endpoint,
                profile=self._profile,
                principal=self._principal,
            )
            if ours is None:
                raise
            raise ours from error

    def call(self, operation: str, /, **parameters: Any) -> Any:
        """Ask for one operation, named as boto3 names its method.

        Returns:
            The answer, as boto3 parses it.

        Raises:
            CloudError: a `Refusal`, or one of CloudError's own kinds.
        """
        client = self.client
        with self.told():
            try:
                return getattr(client, operation)(**parameters)
            except KeyError as error:
                # Its parsers trust an answer of status 200 to hold what the service always says.
                raise ResponseParserError(f"{error} is missing") from error

    def pages(self, operation: str, /, **parameters: Any) -> Iterator[Any]:
        """Ask for every page of an operation, as far as the caller reads.

        Yields:
            Each answer, as boto3 parses it.

        Raises:
            CloudError: a `Refusal`, or one of CloudError's own kinds.
        """
        pages = iter(self.client.get_paginator(operation).paginate(**parameters))
        while True:
            with self.told():
                page = next(pages, None)
            if page is None:
                return
            yield page
