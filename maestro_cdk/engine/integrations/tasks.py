"""Tasks, done by calling services: which action with which arguments, and what the answer means.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from maestro_cdk.asl.integrations import SYNC, SYNC_2, WAIT, Integration
from maestro_cdk.engine import data
from maestro_cdk.engine.callbacks import Callbacks
from maestro_cdk.engine.failures import Failure
from maestro_cdk.engine.integrations import errors, jobs, shapes, web
from maestro_cdk.engine.integrations.activities import Activities
from maestro_cdk.engine.integrations.api import Answer, Api, ApiError
from maestro_cdk.engine.ports import Clock, Request
from maestro_cdk.model import JSON
from maestro_cdk.ports import Operation, Service, ServiceModels, Shape

_WITHOUT_METADATA = ("events",)
"""Optimized integrations that say nothing of the answer's headers."""


_OWN_NAMES = ("dynamodb",)
"""Optimized integrations whose results have the API's own names: `BOOL`, which is `Bool` elsewhere."""


@dataclass(frozen=True, slots=True)
class _Target:
    """The action that a Task calls."""

    service: Service
    operation: Operation


class ServiceTasks:
    """Does Tasks by calling services: the engine's port, given someone who calls the API."""

    def __init__(
        self,
        api: Api,
        models: ServiceModels,
        clock: Clock,
        callbacks: Callbacks,
        activities: Activities,
    ) -> None:
        self._api, self._models, self._clock = api, models, clock
        self._callbacks, self._activities = callbacks, activities
        self._stopping: set[asyncio.Task[None]] = set()

    # --- what cannot be done --------------------------------------------------------------------

    def refuses(self, request: Request, /) -> str | None:
        """Why a request cannot be made: no such activity, action or argument."""
        integration = request.integration
        if integration.kind == "activity":
            known = request.resource in self._activities.known
            return None if known else f"The activity {request.resource} does not exist."
        if integration.kind == "lambda" or integration.service == "http":
            return None
        target = self._target(integration)
        if target is None:
            return (
                f"The resource provided {request.resource} is not recognized. The value is not a "
                "valid resource ARN, or the resource is not available in this region."
            )
        return _unfit(request, target.operation.parameters)

    def _target(self, integration: Integration) -> _Target | None:
        # What a Map reads and writes is S3's, without being an integration of its own.
        own = (integration.service, integration.action)
        service = self._models.service((integration.api or own)[0])
        operation = service.operation((integration.api or own)[1]) if service else None
        if service is None or operation is None:
            return None
        return _Target(service, operation)

    # --- what can -------------------------------------------------------------------------------

    async def call(self, request: Request, /) -> JSON:
        """Do what a Task asks for, to its end.

        Raises:
            Failure: it failed.
        """
        integration = request.integration
        if integration.kind == "activity":
            return await self._activities.done(request)
        if integration.kind == "lambda":
            return await self._function(request)
        if integration.service == "http":
            return await self._web(request)
        target = self._target(integration)
        if target is None:
            raise Failure("States.TaskFailed", self.refuses(request))
        if integration.pattern == WAIT:
            return await self._called_back(request, target)
        result = await self._answered(request, target)
        if integration.pattern in (SYNC, SYNC_2):
            request.submitted(result)
            return await self._finished(request, result)
        return result

    async def _called_back(self, request: Request, target: _Target) -> JSON:
        """Call the action, and wait for the answer to the token that it hands on."""
        self._callbacks.expect(request)
        try:
            request.submitted(await self._answered(request, target))
            return await self._callbacks.wait(request)
        finally:
            self._callbacks.forget(request)

    async def _answered(self, request: Request, target: _Target) -> JSON:
        """Call the action; the answer as the Task is given it."""
        integration = request.integration
        given = dict(request.arguments) if isinstance(request.arguments, dict) else {}
        invoked = integration.api == ("lambda", "invoke") and integration.kind == "optimized"
        if integration.service == "events" and integration.kind == "optimized":
            given = _with_source(given, request.execution)
        arguments = (
            shapes.to_api(given, target.operation.parameters) if target.operation.parameters else {}
        )
        try:
            answer = await self._api.call(
                target.service.client, target.operation.name, arguments, request.role
            )
        except ApiError as error:
            raise errors.failure(error, integration, target.service, target.operation) from error
        if invoked:
            return _invoked(answer)
        optimized = integration.kind == "optimized"
        own = optimized and integration.service in _OWN_NAMES
        result = shapes.from_api(answer.result, target.operation.result, millis=optimized, own=own)
        if integration.service == "events" and result.get("FailedEntryCount"):
            raise Failure("EventBridge.FailedEntry", data.dumps(result))
        bare = integration.kind == "aws-sdk" or integration.service in _WITHOUT_METADATA
        return result if bare else {**result, **_metadata(answer)}

    async def _finished(self, request: Request, submitted: JSON) -> JSON:
        """Ask after a job until it is done."""
        integration = request.integration
        job = jobs.JOBS.get((integration.service, integration.action))
        service = self._models.service(job.service) if job else None
        operation = service.operation(job.action) if job and service else None
        if job is None or service is None or operation is None or operation.parameters is None:
            return submitted
        arguments = shapes.to_api(job.arguments(request.arguments, submitted), operation.parameters)
        try:
            return await self._ended(request, job, _Target(service, operation), arguments)
        except asyncio.CancelledError:
            # Nobody waits until it is stopped: best effort is what AWS promises, too.
            stopping = asyncio.create_task(self._stop(request, job, service, submitted))
            self._stopping.add(stopping)
            stopping.add_done_callback(self._stopping.discard)
            raise

    async def _ended(
        self, request: Request, job: jobs.Job, target: _Target, arguments: Any
    ) -> JSON:
        """The result of a job, once it has come to its end."""
        integration, operation = request.integration, target.operation
        while True:
            try:
                answer = await self._api.call(
                    target.service.client, operation.name, arguments, request.role
                )
            except ApiError as error:
                raise errors.failure(error, integration, target.service, operation) from error
            described = shapes.from_api(answer.result, operation.result, millis=True)
            result = jobs.ended(integration, job, described)
            if result is not None:
                return result
            await self._clock.elapse(jobs.SECONDS)

    async def _stop(
        self, request: Request, job: jobs.Job, service: Service, submitted: JSON
    ) -> None:
        """Stop a job whose task was aborted, if that can be done.

        https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
        """
        operation = service.operation(job.stop)
        if operation is None or operation.parameters is None:
            return
        for given in job.stops(request.arguments, submitted):
            arguments = shapes.to_api(given, operation.parameters)
            with suppress(ApiError):
                await self._api.call(service.client, operation.name, arguments, request.role)

    async def _function(self, request: Request) -> JSON:
        """Invoke a function that the Resource names by its ARN."""
        service = self._models.service("lambda")
        operation = service.operation("invoke") if service else None
        payload = data.dumps(request.arguments).encode()
        arguments = {"FunctionName": request.resource, "Payload": payload}
        try:
            answer = await self._api.call("lambda", "Invoke", arguments, request.role)
        except ApiError as error:
            if service is None or operation is None:
                raise Failure(error.code, error.message) from error
            raise errors.failure(error, request.integration, service, operation) from error
        return _payload(answer)

    async def _web(self, request: Request) -> JSON:
        arguments = request.arguments if isinstance(request.arguments, dict) else {}
        asked = web.request(arguments, request.role)
        request.note("request", web.shown_request(asked))
        try:
            answer = await self._api.web(asked)
        except ApiError as error:
            raise Failure("States.Http.Socket", error.message) from error
        request.note("response", web.shown_answer(answer))
        return web.result(answer)


def _unfit(request: Request, shape: Shape | None) -> str | None:
    """What AWS says where the arguments do not fit."""
    given = request.arguments if isinstance(request.arguments, dict) else {}
    wrong: list[str] = []
    if shape is not None:
        wrong = shapes.missing(given, shape)
        try:
            shapes.to_api(given, shape)
        except shapes.UnfitError as error:
            wrong.append(str(error))
    if not wrong:
        return None
    text = data.dumps(request.arguments)
    return f"The Parameters '{text}' could not be used to start the Task: [{', '.join(wrong)}]"


def _with_source(given: dict[str, JSON], execution: str) -> dict[str, JSON]:
    """Events, with the execution they come from among their resources.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
    """
    entries = given.get("Entries")
    if not isinstance(entries, list):
        return given
    sent = [
        {**entry, "Resources": [*(entry.get("Resources") or ()), execution]}
        if isinstance(entry, dict)
        else entry
        for entry in entries
    ]
    return {**given, "Entries": sent}


# --- answers ----------------------------------------------------------------------------------


def _metadata(answer: Answer) -> dict[str, JSON]:
    """What optimized integrations say of an answer besides its members."""
    headers = dict(answer.headers)
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": answer.status,
        },
        "SdkResponseMetadata": {"RequestId": answer.request_id},
    }


def _invoked(answer: Answer) -> JSON:
    """What `lambda:invoke` gives: the function's result, and what is known of the call.

    Raises:
        Failure: the function failed.
    """
    payload = _payload(answer)
    return {
        "ExecutedVersion": answer.result.get("ExecutedVersion", "$LATEST"),
        "Payload": payload,
        **_metadata(answer),
        "StatusCode": answer.result.get("StatusCode", 200),
    }


def _payload(answer: Answer) -> JSON:
    """What a function returned.

    Raises:
        Failure: it failed, with the error that it raised and what it said of it.
    """
    text = _text(answer.result.get("Payload"))
    try:
        value = data.loads(text) if text else None
    except ValueError:
        value = text
    if not answer.result.get("FunctionError"):
        return value
    error = value.get("errorType") if isinstance(value, dict) else None
    raise Failure(error if isinstance(error, str) else "Error", text)


def _text(body: Any) -> str:
    if isinstance(body, bytes | bytearray):
        return bytes(body).decode(errors="replace")
    return body if isinstance(body, str) else ""


Arguments = Mapping[str, JSON]
