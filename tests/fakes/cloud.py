"""An account that behaves as AWS does, in memory: stacks take their time, and tell what happens.

Nothing happens by itself: an operation lays down what it will do and when, and it has happened
once the clock has passed that.
"""

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from threading import RLock

from maestro_cdk.actions.living import DEFAULTS
from maestro_cdk.cloud import Change, LiveFunction, LiveMachine, Owner, Plan, Stack, StackResource
from maestro_cdk.errors import CloudError
from maestro_cdk.model import Execution, ExecutionEvent, Identity, PastExecution, StackEvent
from tests.fakes.versions import FakeVersions

ACCOUNT, REGION = "123456789012", "eu-west-1"
STACK = "AWS::CloudFormation::Stack"
MACHINE = "AWS::StepFunctions::StateMachine"


class FakeCloud:
    """An account in a region."""

    def __init__(self, clock, *, account=ACCOUNT):
        self.clock = clock
        self.calls = []
        self.identity = Identity(
            account=account,
            arn=f"arn:aws:iam::{account}:user/ann",
            region=REGION,
            partition="aws",
        )
        self.assets = FakeAssets(self)
        self.machines = FakeMachines(self)
        self.stacks = FakeStacks(self)
        self.functions = FakeFunctions(self)
        self.roles = FakeRoles(self)
        self.logs = FakeLogs()
        self.versions = FakeVersions(self)

    def made(self, resource):
        """CloudFormation has made a resource, or changed it."""
        properties = resource.get("Properties", {})
        if resource.get("Type") == "AWS::Lambda::Function" and "FunctionName" in properties:
            self.functions.made(properties)
        if resource.get("Type") == MACHINE and "StateMachineName" in properties:
            self.machines.made(properties)
        if resource.get("Type") == "AWS::IAM::Policy":
            role = f"role-of-{properties['Roles'][0]['Ref']}"
            self.roles.policies[role, properties["PolicyName"]] = properties["PolicyDocument"]

    def lost(self, resource):
        """Whether somebody has deleted a resource past CloudFormation."""
        properties = resource.get("Properties", {})
        if resource.get("Type") == "AWS::Lambda::Function":
            return properties["FunctionName"] not in self.functions.live
        return resource.get("Type") == MACHINE and not any(
            arn.endswith(f":{properties['StateMachineName']}") for arn in self.machines.live_ones
        )

    def called(self, *names):
        """The calls of these names, in order."""
        return [call for call in self.calls if call[0] in names]


class FakeAssets:
    """A bucket; it is there once it was prepared."""

    name = f"maestro-assets-{ACCOUNT}-{REGION}"

    def __init__(self, cloud):
        self._cloud = cloud
        self.exists = False
        self.objects = {}
        self.written = {}

    def prepare(self):
        self._cloud.calls.append(("prepare",))
        self.exists = True
        return self.name

    def absent(self, keys, /):
        return tuple(key for key in keys if key not in self.objects)

    def put(self, key, path, /):
        assert self.exists
        self._cloud.calls.append(("put", key))
        self.objects[key] = path.read_bytes()
        self.written[key] = self._cloud.clock.now()

    def write(self, key, content, /):
        self.exists = True
        self.objects[key] = content
        self.written[key] = self._cloud.clock.now()

    def read(self, key, /):
        return self.objects.get(key)

    def url(self, key, /):
        return f"https://{self.name}/{key}"

    def listed(self, prefix, /):
        return {key: self.written[key] for key in self.objects if key.startswith(prefix)}

    def discard(self, keys, /):
        self._cloud.calls.append(("discard_objects", *keys))
        for key in keys:
            del self.objects[key]

    def abandon(self, prefix, /):
        assert prefix

    def remove(self, prefix, /):
        self._cloud.calls.append(("remove", prefix))
        doomed = [key for key in self.objects if key.startswith(prefix)]
        for key in doomed:
            del self.objects[key]
        return len(doomed)


@dataclass
class _Stack:
    """A stack, with what happened to it and what will."""

    stack: Stack
    template: dict = field(default_factory=dict)
    resources: dict = field(default_factory=dict)
    events: list = field(default_factory=list)
    coming: list = field(default_factory=list)


class FakeStacks:
    """CloudFormation: change sets, events, failures of the resources in `failing`.

    `failing` maps a logical id to the reason why it cannot be made, `undeletable` to the reason
    why it cannot be deleted; `pace` is the seconds that each resource takes.
    """

    def __init__(self, cloud, pace=2.0):
        self._cloud, self.pace = cloud, pace
        self.failing, self.failing_once, self.undeletable = {}, {}, {}
        self.modes = []  # of the plans that were made
        self.deleted_in_express = []
        self.replacing = set()  # what a change would replace
        self.retained = set()  # what a deletion leaves alone
        self.blind = False  # whether it knows nothing of drift, as some emulators
        self.by_id = {}
        self.plans = {}
        self.plan_tags = {}
        self._ids = count(1)
        self._passing = RLock()  # stack and events are asked for side by side

    # --- for tests -----------------------------------------------------------------------------

    def put(self, name, status, *, owner=None, resources=(), protected=False, outputs=None):
        """Have a stack stand there in some status, with these (logical id, type) in it."""
        stack = Stack(
            id=f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/{next(self._ids)}",
            name=name,
            status=status,
            reason=None,
            outputs=outputs or {},
            owner=owner,
            protected=protected,
        )
        self.by_id[stack.id] = _Stack(
            stack=stack,
            template={"Resources": {key: {"Type": kind} for key, kind in resources}},
            resources={key: self._resource(name, key, kind) for key, kind in resources},
        )
        return stack

    def happen(self, stack_id, delay, status, logical_id=None, kind=STACK, reason=None):
        """Have a stack's event come to pass some seconds from now."""
        entry = self.by_id[stack_id]
        logical_id = logical_id or entry.stack.name
        physical = stack_id if kind == STACK else f"{entry.stack.name}-{logical_id}"
        event = StackEvent(
            id=f"event-{next(self._ids)}",
            time=self._cloud.clock.now() + timedelta(seconds=delay),
            logical_id=logical_id,
            physical_id=physical,
            type=kind,
            status=status,
            reason=reason,
        )
        entry.coming.append(event)
        return event

    # --- the port ------------------------------------------------------------------------------

    def describe(self, name, /):
        self._pass()
        for entry in reversed(self.by_id.values()):
            stack = entry.stack
            if stack.status != "DELETE_COMPLETE" and name in (stack.name, stack.id):
                return stack
        return None

    def template(self, stack_id, /):
        return self.by_id[stack_id].template or None

    def cancel(self, stack_id, /):
        self._cloud.calls.append(("cancel", stack_id))
        entry = self.by_id[stack_id]
        entry.coming.clear()
        self.happen(stack_id, 0, "UPDATE_ROLLBACK_IN_PROGRESS", reason="User Initiated")
        self.happen(stack_id, self.pace, "UPDATE_ROLLBACK_COMPLETE")

    def plan(self, name, *, creates, template, template_url, tags, role, mode):
        self.modes.append(mode)
        self._cloud.calls.append(
            ("plan", {"creates": creates, "inline": template is not None, "tags": tags})
        )
        assert (template is None) != (template_url is None)
        text = template if template_url is None else self._fetch(template_url)
        wanted = json.loads(text)
        stack = self.describe(name)
        if creates and stack is None:
            stack = self.put(name, "REVIEW_IN_PROGRESS")
        status = stack.status if stack else "missing"
        if creates and status != "REVIEW_IN_PROGRESS":
            raise CloudError(f"Stack [{name}] already exists")
        if not creates and not status.endswith(("E_COMPLETE", "K_COMPLETE", "UPDATE_FAILED")):
            raise CloudError(f"{name} is in {status} state and can not be updated")
        plan = Plan(
            stack_id=stack.id,
            change_set=f"change-set-{next(self._ids)}",
            creates=creates,
            changes=tuple(
                self._changes(
                    self.by_id[stack.id], wanted, looks=mode.reverts_drift and not self.blind
                )
            ),
        )
        if plan.changes:
            self.plans[plan.change_set] = wanted
        self.plan_tags[plan.change_set] = tags
        return plan

    def discard(self, plan, /):
        self._cloud.calls.append(("discard", plan.change_set))
        del self.plans[plan.change_set]
        if plan.creates:
            del self.by_id[plan.stack_id]

    def begun(self, plan, /):
        return plan.change_set not in self.plans

    def apply(self, plan, /):
        self._cloud.calls.append(("apply", plan.change_set))
        template, entry = self.plans.pop(plan.change_set), self.by_id[plan.stack_id]
        verb = "CREATE" if plan.creates else "UPDATE"
        entry.template = template
        metadata = template.get("Metadata", {}).get("Maestro")
        entry.stack = replace(
            entry.stack,
            status=f"{verb}_IN_PROGRESS",
            owner=Owner(**metadata) if metadata else None,
            tags=dict(self.plan_tags[plan.change_set]),
            outputs={
                key: self._arn(template, value["Value"]["Ref"])
                for key, value in template.get("Outputs", {}).items()
            },
        )
        self.happen(plan.stack_id, 0, f"{verb}_IN_PROGRESS")
        at, broken = 0.0, False
        for change in plan.changes:
            one = "CREATE" if change.action == "Add" else "UPDATE"
            self.happen(plan.stack_id, at, f"{one}_IN_PROGRESS", change.logical_id, change.type)
        for change in plan.changes:
            at += self.pace
            one = "CREATE" if change.action == "Add" else "UPDATE"
            reason = self.failing.get(change.logical_id)
            reason = reason or self.failing_once.pop(change.logical_id, None)
            if broken:
                reason = "Resource creation cancelled"
            state = f"{one}_FAILED" if reason else f"{one}_COMPLETE"
            self.happen(plan.stack_id, at, state, change.logical_id, change.type, reason)
            broken = broken or bool(reason)
        if not broken:
            self.happen(plan.stack_id, at, f"{verb}_COMPLETE")
            return
        end = "ROLLBACK" if plan.creates else "UPDATE_ROLLBACK"
        said = "The following resource(s) failed"
        self.happen(plan.stack_id, at, f"{end}_IN_PROGRESS", reason=said)
        self.happen(plan.stack_id, at + self.pace, f"{end}_COMPLETE")

    def events(self, stack_id, since, /):
        self._pass()
        return tuple(event for event in self.by_id[stack_id].events if event.time > since)

    def resources(self, stack_id, /, *, deleted=False):
        self._pass()
        named = [entry for entry in self.by_id.values() if entry.stack.name == stack_id]
        entry = self.by_id[stack_id] if stack_id in self.by_id else named[-1]
        return tuple(
            item for item in entry.resources.values() if deleted or item.status != "DELETE_COMPLETE"
        )

    def protect(self, stack_id, /, *, on):
        self._cloud.calls.append(("protect", on))
        entry = self.by_id[stack_id]
        entry.stack = replace(entry.stack, protected=on)

    def delete(self, stack_id, /, *, role, express=False):
        self.deleted_in_express.append(express)
        self._cloud.calls.append(("delete", stack_id))
        entry = self.by_id[stack_id]
        if entry.stack.protected:
            raise CloudError("Stack cannot be deleted while TerminationProtection is enabled")
        if entry.stack.status == "REVIEW_IN_PROGRESS":
            entry.stack = replace(entry.stack, status="DELETE_COMPLETE")
            return
        entry.stack = replace(entry.stack, status="DELETE_IN_PROGRESS")
        self.happen(stack_id, 0, "DELETE_IN_PROGRESS")
        at, failed = 0.0, False
        for item in list(entry.resources.values()):
            at += self.pace
            reason = self.undeletable.get(item.logical_id)
            state = "DELETE_FAILED" if reason else "DELETE_COMPLETE"
            state = "DELETE_SKIPPED" if item.logical_id in self.retained else state
            self.happen(stack_id, at, state, item.logical_id, item.type, reason)
            failed = failed or bool(reason)
        self.happen(stack_id, at, "DELETE_FAILED" if failed else "DELETE_COMPLETE")

    # --- how it works --------------------------------------------------------------------------

    def _fetch(self, url):
        return self._cloud.assets.objects[url.removeprefix(f"https://{FakeAssets.name}/")]

    def _changes(self, entry, wanted, *, looks):
        before = entry.template.get("Resources", {})
        for key, resource in wanted["Resources"].items():
            is_lost = looks and key in before and self._cloud.lost(resource)
            if before.get(key) != resource or is_lost:
                yield Change(
                    action="Modify" if key in before and not is_lost else "Add",
                    logical_id=key,
                    physical_id=None,
                    type=resource["Type"],
                    replacement=str(key in self.replacing) if key in before else None,
                )

    def _arn(self, template, key):
        resource = template.get("Resources", {}).get(key, {})
        name = resource.get("Properties", {}).get("StateMachineName")
        if resource.get("Type") == MACHINE and name:
            return f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}"
        return f"arn:of:{key}"

    def _resource(self, stack, key, kind):
        return StackResource(
            logical_id=key, physical_id=f"{stack}-{key}", type=kind, status="CREATE_COMPLETE"
        )

    def _pass(self):
        """Let happen what the clock has passed."""
        with self._passing:
            for entry in self.by_id.values():
                due = [event for event in entry.coming if event.time <= self._cloud.clock.now()]
                for event in due:
                    entry.coming.remove(event)
                    entry.events.append(event)
                    self._happened(entry, event)

    def _happened(self, entry, event):
        if event.type == STACK:
            entry.stack = replace(entry.stack, status=event.status, reason=event.reason)
        elif event.status == "DELETE_SKIPPED":
            found = entry.resources[event.logical_id]
            entry.resources[event.logical_id] = replace(found, status=event.status)
        elif event.status == "DELETE_COMPLETE":
            found = entry.resources.get(event.logical_id)
            if found is not None:
                entry.resources[event.logical_id] = replace(found, status=event.status)
            if event.type == MACHINE:
                self._cloud.machines.deleted(event.physical_id)
        elif event.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            entry.resources[event.logical_id] = self._resource(
                entry.stack.name, event.logical_id, event.type
            )
            self._cloud.made(entry.template["Resources"].get(event.logical_id, {}))


class FakeFunctions:
    """Lambda: an update takes `pace` seconds, and refuses others meanwhile.

    `failing` maps a function's name to why its next update fails.
    """

    def __init__(self, cloud, pace=1.0):
        self._cloud, self.pace = cloud, pace
        self.live = {}
        self.failing = {}
        self._until = {}

    def made(self, properties):
        name = properties["FunctionName"]
        known = {key: value for key, value in properties.items() if key in DEFAULTS}
        self.live[name] = LiveFunction(
            name=name,
            code=self._hash(properties["Code"]["S3Key"]),
            properties={**DEFAULTS, **known},
        )

    def _hash(self, key):
        content = self._cloud.assets.objects[key]
        return base64.b64encode(hashlib.sha256(content).digest()).decode()

    # --- the port ------------------------------------------------------------------------------

    def describe(self, name, /):
        found = self.live.get(name)
        if found is None:
            return None
        return replace(found, settled=self._cloud.clock.monotonic() >= self._until.get(name, 0))

    def update_code(self, name, /, *, bucket, key):
        self._begin("update_code", name)
        self.live[name] = replace(self.live[name], code=self._hash(key))

    def configure(self, name, properties, /):
        self._begin("configure", name)
        changed = {**self.live[name].properties, **properties}
        self.live[name] = replace(self.live[name], properties=changed)

    def _begin(self, what, name):
        self._cloud.calls.append((what, name))
        if not self.describe(name).settled:
            raise CloudError("Lambda refused: An update is in progress for resource")
        if name in self.failing:
            raise CloudError(self.failing[name])
        self._until[name] = self._cloud.clock.monotonic() + self.pace


class FakeRoles:
    """IAM."""

    def __init__(self, cloud):
        self._cloud = cloud
        self.policies = {}
        self.names = set()

    def policy(self, role, name, /):
        return self.policies.get((role, name))

    def put_policy(self, role, name, document, /):
        self._cloud.calls.append(("put_policy", name))
        self.policies[role, name] = document

    def exists(self, role, /):
        return role in self.names

    def delete(self, role, /):
        self._cloud.calls.append(("delete_role", role))
        there = role in self.names
        self.names.discard(role)
        return there


class FakeLogs:
    """CloudWatch Logs."""

    def __init__(self):
        self.names = set()

    def groups(self, prefix, /):
        return tuple(sorted(name for name in self.names if name.startswith(prefix)))

    def lines(self, group, since, /):
        return ()


class FakeMachines:
    """Step Functions: executions whose events come at their times."""

    def __init__(self, cloud):
        self._cloud = cloud
        self.live_ones = {}
        self.refusing = []  # what the next updates are answered
        self.executions = {}
        self.express_machines = set()
        self.diagnostics = ()  # what is said of any definition
        self.map_runs = {}
        self.lingering = 0.0  # seconds that a machine's name is held after its deletion
        self._gone = {}
        self._scripts = {}
        self._ids = count(1)

    def script(self, machine, *events):
        """What an execution of a machine does: (seconds after its start, type, details)."""
        self._scripts[machine] = events

    def begun(self, machine):
        """Have an execution that somebody else has started."""
        return self.start(machine, name=f"other-{next(self._ids)}", payload="{}")

    def deleted(self, machine):
        self._gone[machine] = self._cloud.clock.monotonic() + self.lingering

    def made(self, properties):
        """CloudFormation has made a machine; what stands for functions is filled in."""
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{properties['StateMachineName']}"
        text = properties["DefinitionString"]
        for key, value in properties.get("DefinitionSubstitutions", {}).items():
            text = text.replace(f"${{{key}}}", value)
        self.live_ones[arn] = LiveMachine(
            arn=arn,
            definition=text,
            role="role-of-StateMachineRole",
            revision="1",
            logging={
                key[0].lower() + key[1:]: value
                for key, value in properties.get("LoggingConfiguration", {}).items()
            },
        )

    # --- the port ------------------------------------------------------------------------------

    def live(self, machine, /):
        return self.live_ones.get(machine)

    def update(self, machine, changed, /):
        self._cloud.calls.append(("update_machine", machine))
        if self.refusing:
            raise self.refusing.pop(0)
        live = self.live_ones[machine]
        revision = f"{int(live.revision) + 1}"
        self.live_ones[machine] = replace(
            live,
            definition=changed.get("definition", live.definition),
            logging=changed.get("loggingConfiguration", live.logging),
            revision=revision,
        )
        return revision

    def start(self, machine, /, *, name, payload):
        json.loads(payload)
        arn = f"{machine}:{name}"
        now = self._cloud.clock.now()
        script = self._scripts.get(machine, ())
        self.executions[arn] = [
            ExecutionEvent(
                id=n,
                previous_id=n - 1,
                type=kind,
                time=now + timedelta(seconds=delay),
                details=details,
            )
            for n, (delay, kind, details) in enumerate(script, 1)
        ]
        self._cloud.calls.append(("start", name, payload))
        return arn

    def start_sync(self, machine, /, *, name, payload):
        arn = self.start(machine, name=name, payload=payload)
        return Execution(arn=arn, name=name, status="SUCCEEDED", output=payload)

    def express(self, machine, /):
        return machine in self.express_machines

    def describe(self, execution, /):
        events = self.history(execution, after=0)
        status, output = "RUNNING", None
        if events and events[-1].type.startswith("Execution") and len(events) > 1:
            status = events[-1].type.removeprefix("Execution").upper()
            output = events[-1].details.get("output")
        name = execution.rpartition(":")[2]
        return Execution(arn=execution, name=name, status=status, output=output)

    def history(self, execution, /, after):
        now = self._cloud.clock.now()
        happened = [event for event in self.executions[execution] if event.time <= now]
        return tuple(event for event in happened if event.id > after)

    def listed(self, machine, /, *, most):
        found = [arn for arn in self.executions if arn.startswith(f"{machine}:")]
        return tuple(reversed(found))[:most]

    def past(self, execution, /):
        return PastExecution(outcome=self.describe(execution), began=self._cloud.clock.now())

    def map_run(self, arn, /):
        if arn not in self.map_runs:
            raise CloudError("there is no such run")
        return self.map_runs[arn]

    def running(self, machine, /):
        return tuple(
            arn
            for arn in self.executions
            if arn.startswith(f"{machine}:") and self.describe(arn).status == "RUNNING"
        )

    def stop(self, execution, /, *, cause):
        self._cloud.calls.append(("stop", execution))
        events = self.executions[execution]
        now = self._cloud.clock.now()
        events[:] = [event for event in events if event.time <= now]
        for kind in ("ExecutionStarted", "ExecutionAborted")[len(events) > 0 :]:
            events.append(
                ExecutionEvent(
                    id=len(events) + 1, previous_id=len(events), type=kind, time=now, details={}
                )
            )

    def validate(self, definition, /, *, express):
        json.loads(definition)
        self._cloud.calls.append(("validate", definition, express))
        return self.diagnostics

    def gone(self, machine, /):
        return self._cloud.clock.monotonic() >= self._gone.get(machine, 0.0)
