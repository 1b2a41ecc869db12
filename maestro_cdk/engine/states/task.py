"""The Task state: it asks for something to be done, and waits for the result.

https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from maestro_cdk.asl.integrations import SYNC, SYNC_2, WAIT, Integration, parse
from maestro_cdk.engine.data import Data
from maestro_cdk.engine.failures import (
    DATA_LIMIT_EXCEEDED,
    TIMEOUT,
    EvaluationFailure,
    Failure,
    HeartbeatFailure,
    RuntimeFailure,
)
from maestro_cdk.engine.history import WHOLE, Chain
from maestro_cdk.engine.ports import Request
from maestro_cdk.engine.running import Branch, Next
from maestro_cdk.engine.states.ends import with_result
from maestro_cdk.engine.together import Alarm, within
from maestro_cdk.engine.visits import Visit, too_large
from maestro_cdk.model import JSON


async def task(branch: Branch, visit: Visit) -> Next:
    """Have it done; the result is the answer."""
    visit.context.pop("Task", None)
    call = _prepared(branch, visit)
    result = await call.made()
    return with_result(visit, result)


def _prepared(branch: Branch, visit: Visit) -> "_Call":
    resource = visit.state["Resource"]
    integration = parse(resource)
    if integration is None:
        raise RuntimeFailure(
            f"The resource '{resource}' is not a valid resource ARN, or it is not available "
            "in this region."
        )
    token = None
    if integration.waits:
        token = branch.run.ids.uuid()
        visit.context["Task"] = {"Token": token}
    value = visit.effective_input()
    arguments = visit.arguments(value)
    return _Call(
        branch=branch,
        visit=visit,
        integration=integration,
        arguments=Data(arguments),
        token=token,
        role=_role(visit, value),
        timeout=_seconds(visit, "TimeoutSeconds", value),
        heartbeat=_seconds(visit, "HeartbeatSeconds", value),
        events=_Events(chain=branch.chain, integration=integration),
    )


def _seconds(visit: Visit, key: str, value: JSON) -> float | None:
    """How many seconds a task is given.

    https://states-language.net/spec.html#task-state-timeouts

    Raises:
        Failure: it is given none.
    """
    seconds = visit.number(key, value)
    if seconds is None or seconds > 0:
        return seconds
    said = f"The {key} field must be a positive integer, but was: {int(seconds)}"
    raise EvaluationFailure(said, key) if visit.in_jsonata else RuntimeFailure(said)


def _role(visit: Visit, value: JSON) -> str | None:
    """The role that the task is done with, where the state names one."""
    if "Credentials" not in visit.state:
        return None
    if visit.in_jsonata:
        credentials = visit.rendered(visit.state["Credentials"], "Credentials")
    else:
        credentials = visit.filled("Credentials", value)
    role = credentials.get("RoleArn") if isinstance(credentials, dict) else None
    return role if isinstance(role, str) else None


@dataclass(slots=True, kw_only=True)
class _Call:
    """A call that is made: its events, its time."""

    branch: Branch
    visit: Visit
    integration: Integration
    arguments: Data
    token: str | None
    role: str | None
    timeout: float | None
    heartbeat: float | None
    events: "_Events"

    async def made(self) -> JSON:
        """Make the call; its result.

        Raises:
            Failure: it failed, or took too long.
        """
        run = self.branch.run
        limit = Alarm(run.clock, self.timeout) if self.timeout is not None else None
        heart = Alarm(run.clock, self.heartbeat) if self.heartbeat is not None else None
        request = self._request(heart)
        refused = run.tasks.refuses(request)
        if refused is not None:
            raise RuntimeFailure(refused)
        self.events.scheduled(self, run.region)
        alarms = [alarm for alarm in (limit, heart) if alarm]
        try:
            work = run.tasks.call(request)
            result = await (within(work, alarms) if alarms else work)
            if isinstance(result, Alarm):
                self.events.timed_out()
                raise Failure(TIMEOUT) if result is limit else HeartbeatFailure()
            return self._taken(result)
        except RuntimeFailure:
            raise
        except Failure as failure:
            self.events.failed(failure)
            raise

    def _request(self, heart: Alarm | None) -> Request:
        run = self.branch.run
        return Request(
            resource=self.visit.state["Resource"],
            integration=self.integration,
            arguments=self.arguments.value,
            execution=run.arn,
            token=self.token,
            role=self.role or run.role,
            timeout=self.timeout,
            heartbeat=self.heartbeat,
            started=self.events.started,
            submitted=self.events.submitted,
            beat=heart.beat if heart else lambda: None,
            note=self.visit.note,
        )

    def _taken(self, result: JSON) -> JSON:
        """The result, which cannot be of any size."""
        output = Data(result)
        if output.too_large:
            plain = self.integration.kind in ("lambda", "activity")
            what = self.visit.state["Resource"] if plain else self.integration.service
            raise Failure(DATA_LIMIT_EXCEEDED, too_large(what))
        self.events.succeeded(output)
        return result


@dataclass(slots=True, kw_only=True)
class _Events:
    """The events of a call, named after what is called."""

    chain: Chain
    integration: Integration
    over: bool = False
    begun: bool = False
    own: dict[str, str] = field(default_factory=dict)

    @property
    def _name(self) -> str:
        kinds = {"lambda": "LambdaFunction", "activity": "Activity"}
        return kinds.get(self.integration.kind, "Task")

    def _add(self, what: str, details: Mapping[str, Any] | None = None) -> None:
        if not self.over:
            self.chain.add(f"{self._name}{what}", {**(details or {}), **self.own})

    def scheduled(self, call: _Call, region: str) -> None:
        """It is to be done; all but an activity is begun at once."""
        details: dict[str, Any] = {}
        if call.timeout is not None:
            details["timeoutInSeconds"] = int(call.timeout)
        if call.heartbeat is not None and self._name != "LambdaFunction":
            details["heartbeatInSeconds"] = int(call.heartbeat)
        if call.role is not None:
            details["taskCredentials"] = {"roleArn": call.role}
        if self._name == "Task":
            self.own = _named(self.integration)
            details |= {"parameters": call.arguments.text, "region": region}
        else:
            details |= {
                "resource": call.visit.state["Resource"],
                "input": call.arguments.text,
                "inputDetails": WHOLE,
            }
        self._add("Scheduled", details)
        if self._name != "Activity":
            self._begin({})

    def _begin(self, details: Mapping[str, Any]) -> None:
        self.begun = True
        self._add("Started", details)

    def started(self, worker: str | None) -> None:
        """A worker took an activity's task."""
        if not self.begun:
            self._begin({} if worker is None else {"workerName": worker})

    def submitted(self, output: JSON) -> None:
        """The service has taken the job."""
        if self.integration.pattern in (SYNC, SYNC_2, WAIT):
            self._add("Submitted", {"output": Data(output).text, "outputDetails": WHOLE})

    def succeeded(self, output: Data) -> None:
        """It is done."""
        self._add("Succeeded", {"output": output.text, "outputDetails": WHOLE})
        self.over = True

    def failed(self, failure: Failure) -> None:
        """It failed."""
        self._add("Failed", failure.details)
        self.over = True

    def timed_out(self) -> None:
        """It took too long."""
        self._add("TimedOut", {"error": TIMEOUT})
        self.over = True


def _named(integration: Integration) -> dict[str, str]:
    """What is called, as events name it: `sendMessage.waitForTaskToken` of `sqs`."""
    pattern = f".{integration.pattern}" if integration.pattern else ""
    prefix = "aws-sdk:" if integration.kind == "aws-sdk" else ""
    return {
        "resource": f"{integration.action}{pattern}",
        "resourceType": f"{prefix}{integration.service}",
    }
