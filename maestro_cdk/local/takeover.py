"""Step Functions of MiniStack's, put aside for the engine: all that is known here of its insides.

MiniStack goes on to keep the state machines, with their versions, aliases and tags, so that what
CloudFormation makes is what runs. Requests reach it as before, and with them the account and the
region that they are for; those about executions are answered by the engine.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ministack.core import responses

from maestro_cdk.local import roles
from maestro_cdk.local.connections import REPLACING as REPLACING_CONNECTIONS
from maestro_cdk.local.connections import Connections
from maestro_cdk.local.importing import when_loaded
from maestro_cdk.local.resources import REPLACING, Resources
from maestro_cdk.local.states.ports import Found
from maestro_cdk.local.states.refusals import Refusal, no_machine
from maestro_cdk.local.versions import publishing_once
from maestro_cdk.model import JSON

if TYPE_CHECKING:
    from maestro_cdk.local.states.runtime import Runtime

MACHINES = "ministack.services.stepfunctions"
TEMPLATES = "ministack.services.cloudformation.provisioners"

Answer = tuple[int, dict[str, str], bytes]


class MiniStack:
    """The AWS in which the machines are kept: what the engine's side asks of it."""

    def __init__(self, machines: Any) -> None:
        self._machines = machines

    def find(self, arn: str, /) -> Found | None:
        """The machine that an ARN names: of an alias one of its versions, by their weights."""
        alias = self._machines._state_machine_aliases.get(arn)  # noqa: SLF001
        version = _chosen(alias["routingConfiguration"]) if alias else arn
        snapshot = self._machines._state_machine_versions.get(version)  # noqa: SLF001
        base = snapshot["stateMachineArn"] if snapshot else arn
        kept = self._machines._state_machines.get(base)  # noqa: SLF001
        if kept is None:
            return None
        shown = snapshot or kept
        return Found(
            arn=base,
            name=kept["name"],
            type=kept["type"],
            role=shown["roleArn"],
            definition=shown["definition"],
            logging=shown.get("loggingConfiguration") or {},
            revision=shown.get("stateMachineRevisionId") or shown.get("revisionId") or "",
            created=datetime.fromisoformat(kept["creationDate"]).timestamp(),
            version=version if snapshot else None,
            alias=arn if alias else None,
        )

    def place(self) -> tuple[str, str]:
        """The region and the account of whoever asks."""
        return responses.get_region(), responses.get_account_id()

    def credentials(self, role: str, /) -> Mapping[str, str] | None:
        """Keys to act as a role, named as botocore's clients take them; None: it is not here."""
        return roles.session(role, "states")

    def connection(self, arn: str, /) -> Mapping[str, str] | None:
        """The headers that a connection of EventBridge's adds; None: there is no such."""
        from ministack.services import eventbridge  # noqa: PLC0415 - when first needed

        name = arn.partition(":connection/")[2].partition("/")[0]
        connection = eventbridge._connections.get(name)  # noqa: SLF001
        if connection is None:
            return None
        token = (responses.get_account_id(), responses.get_region(), name)
        headers: dict[str, str] = eventbridge._connection_auth_headers(connection, token)  # noqa: SLF001
        return headers

    def scale(self) -> float:
        """What waits are multiplied by; it can be changed while MiniStack runs."""
        return float(self._machines._SFN_WAIT_SCALE)  # noqa: SLF001

    def tag(self, arn: str, tags: Sequence[Mapping[str, str]], /) -> None:
        """Keep the tags of an activity."""
        self._machines._tag_resource({"resourceArn": arn, "tags": list(tags)})  # noqa: SLF001

    def announce(self, detail: Mapping[str, Any], /) -> None:
        """Tell EventBridge that an execution stands otherwise."""
        told = {**detail, **{name: _iso(detail.get(name)) for name in ("startDate", "stopDate")}}
        self._machines._emit_execution_status_event(told)  # noqa: SLF001

    def forget_versions(self, machine: str) -> None:
        """Delete the versions and aliases of a machine that was deleted.

        https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
        """
        machines = self._machines
        for kept in (machines._state_machine_versions, machines._state_machine_aliases):  # noqa: SLF001
            for arn in [arn for arn in kept if arn.rpartition(":")[0] == machine]:
                kept.pop(arn, None)

    def is_group(self, name: str) -> bool:
        """Whether a log group is there."""
        from ministack.services import cloudwatch_logs  # noqa: PLC0415 - when first needed

        return name in cloudwatch_logs._log_groups  # noqa: SLF001


def _chosen(routing: list[dict[str, JSON]]) -> str:
    """One of an alias's versions, by their weights."""
    weights = [entry["weight"] for entry in routing]
    (entry,) = random.choices(routing, weights)  # noqa: S311 - no secret
    return str(entry["stateMachineVersionArn"])


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds).astimezone().isoformat()


class Takeover:
    """Answers in MiniStack's place, from when its Step Functions is loaded.

    `make` makes the runtime, which is done when it is first needed: it takes half a second to load.
    """

    def __init__(self, make: Callable[[MiniStack], "Runtime"]) -> None:
        self._make = make
        self._around: MiniStack | None = None
        self._runtime: Runtime | None = None
        when_loaded(MACHINES, self._machines)
        when_loaded(TEMPLATES, self._templates)

    @property
    def busy(self) -> bool:
        """Whether an execution runs."""
        return self._runtime is not None and self._runtime.busy

    def close(self) -> None:
        """Keep what is left to keep."""
        if self._runtime is not None:
            self._runtime.close()

    @property
    def runtime(self) -> "Runtime":
        """The engine at work."""
        if self._runtime is None:
            self._runtime = self._make(self.around)
        return self._runtime

    @property
    def around(self) -> MiniStack:
        """MiniStack, once its Step Functions is loaded."""
        if self._around is None:
            from ministack.services import stepfunctions  # noqa: PLC0415 - when first needed

            self._around = MiniStack(stepfunctions)
        return self._around

    def _machines(self, module: ModuleType) -> None:
        """Answer what MiniStack's Step Functions is asked."""
        machines: Any = module
        self._around = MiniStack(machines)
        handle, reset = machines.handle_request, machines.reset

        async def answer(
            method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any
        ) -> Answer:
            action = headers.get("x-amz-target", "").rpartition(".")[2]
            try:
                given = _given(body)
                self.runtime.check(action, given)
                if action == "StartExecution" or action in self.runtime.actions:
                    return _answer(await self.runtime.answer(action, given))
                self._check(action, given)
            except Refusal as refusal:
                return _refused(refusal)
            answered: Answer = await handle(method, path, headers, body, query)
            if action == "DeleteStateMachine" and answered[0] == HTTPStatus.OK:
                self._removed(str(given.get("stateMachineArn")))
            return self._completed(answered) if action == "DescribeStateMachine" else answered

        def start(given: dict[str, JSON]) -> Answer:
            """What EventBridge, Scheduler and Pipes call inside MiniStack."""
            try:
                return _answer(self.runtime.start(given))
            except Refusal as refusal:
                return _refused(refusal)

        def forget() -> None:
            reset()
            self.runtime.forget()

        machines._publish_state_machine_version = publishing_once(machines)  # noqa: SLF001
        machines.handle_request = answer
        machines._start_execution = start  # noqa: SLF001
        machines.reset = forget

    def _removed(self, machine: str) -> None:
        """Let a machine's versions, aliases and executions end with it."""
        self.around.forget_versions(machine)
        if self._runtime is not None:
            self._runtime.abandon(machine)

    def _check(self, action: str, given: dict[str, JSON]) -> None:
        """Refuse machines that AWS would not make.

        Raises:
            Refusal: it is one.
        """
        validation = self.runtime.validation
        if action == "CreateStateMachine":
            validation.check_creation(given, self.around.is_group)
        elif action == "UpdateStateMachine":
            arn = str(given.get("stateMachineArn"))
            found = self.around.find(arn)
            if found is None:
                raise no_machine(arn)
            validation.check_update(given, found.type, self.around.is_group)

    def _completed(self, answered: Answer) -> Answer:
        """What is told of a machine, with what MiniStack does not tell."""
        status, _, body = answered
        if status != HTTPStatus.OK:
            return answered
        told = json.loads(body)
        told.setdefault("tracingConfiguration", {"enabled": False})
        references = self.runtime.validation.references(told["definition"])
        return _answer(told | ({"variableReferences": references} if references else {}))

    def _templates(self, module: ModuleType) -> None:
        """Have CloudFormation refuse machines that AWS would not make, and make what else is."""
        templates: Any = module
        self._add_resources(templates)
        defined = templates._sfn_definition  # noqa: SLF001

        def check(properties: Mapping[str, JSON]) -> str:
            definition: str = defined(properties)
            kind = properties.get("StateMachineType", "STANDARD")
            try:
                self.runtime.validation.check(definition, kind)
            except Refusal as refusal:
                message = f"{refusal.message} (Service: AWSStepFunctions; Status Code: 400; "
                raise ValueError(f"{message}Error Code: {refusal.code})") from refusal
            return definition

        templates._sfn_definition = check  # noqa: SLF001

    def _add_resources(self, templates: Any) -> None:
        from ministack.services import stepfunctions  # noqa: PLC0415 - templates has loaded it

        def activities() -> tuple[Callable[[str], str], Callable[[str], None]]:
            return self.runtime.activities.make, self.runtime.activities.remove

        resources = Resources(stepfunctions, templates._physical_name, activities)  # noqa: SLF001
        connections = Connections(templates._physical_name)  # noqa: SLF001
        handlers = {**resources.handlers(), **connections.handlers()}
        templates._RESOURCE_HANDLERS.update(handlers)  # noqa: SLF001
        machine = templates._RESOURCE_HANDLERS["AWS::StepFunctions::StateMachine"]  # noqa: SLF001
        delete = machine["delete"]

        def delete_whole(arn: str, properties: Mapping[str, JSON]) -> None:
            delete(arn, properties)
            self._removed(arn)

        machine["delete"] = delete_whole
        templates._REPLACING_PROPERTIES.update({**REPLACING, **REPLACING_CONNECTIONS})  # noqa: SLF001


def _given(body: bytes) -> dict[str, JSON]:
    """What a request gives.

    Raises:
        Refusal: it is no JSON object.
    """
    try:
        given = json.loads(body) if body else {}
    except ValueError as error:
        raise Refusal("SerializationException", "the request is no JSON") from error
    if not isinstance(given, dict):
        raise Refusal("SerializationException", "the request is no JSON object")
    return given


def _answer(value: JSON) -> Answer:
    answered: Answer = responses.json_response(value)
    return answered


def _refused(refusal: Refusal) -> Answer:
    answered: Answer = responses.error_response_json(refusal.code, refusal.message, 400)
    return answered
