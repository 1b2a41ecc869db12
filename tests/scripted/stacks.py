"""Stacks, their resources and what happens to them in time.

The rules are those of the service as its guide has them:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html (statuses),
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html (failures),
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-express-mode.html.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

REGION, ACCOUNT = "us-east-1", "000000000000"
STACK = "AWS::CloudFormation::Stack"

NAMES = {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
"""The property that is a resource's name."""

CREATE_ONLY = {
    **{kind: {name} for kind, name in NAMES.items()},
    "AWS::StepFunctions::StateMachine": {"StateMachineName", "StateMachineType"},
}
"""Properties that cannot be changed: another value means another resource."""

UPDATABLE = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
}
"""The statuses of a stack that takes an update; CREATE_FAILED and UPDATE_FAILED take it where
rollback is disabled."""


class Refused(Exception):
    """The service says no, in its own words."""

    def __init__(self, message, code="ValidationError", status=400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass(slots=True)
class Resource:
    """A resource that exists, or that something was tried with."""

    logical_id: str
    type: str
    physical_id: str
    properties: dict
    status: str
    reason: str | None = None
    retained: bool = False
    changed: datetime | None = None


@dataclass(slots=True)
class Stack:
    """A stack, and all that happened to it; `coming` is what is going to, in order."""

    id: str
    name: str
    created: datetime
    status: str = "REVIEW_IN_PROGRESS"
    reason: str | None = None
    template: dict = field(default_factory=dict)
    before: dict = field(default_factory=dict)  # the template that a rollback goes back to
    tags: list = field(default_factory=list)
    role: str | None = None
    protected: bool = False
    rolls_back: bool = True
    express: bool = False
    resources: dict = field(default_factory=dict)
    events: list = field(default_factory=list)
    coming: list = field(default_factory=list)
    change_sets: dict = field(default_factory=dict)
    lost: set = field(default_factory=set)  # what somebody deleted past it, by logical id
    updated: datetime | None = None
    deleted: datetime | None = None


class Script:
    """What is to go wrong.

    `failures` maps (verb, logical id) to reasons, used up one by one; the last one stays where it
    is `forever`. Verbs: CREATE, UPDATE, DELETE, and ROLLBACK for an update that is undone.
    """

    def __init__(self):
        self.failures = {}
        self.pace = 0.02  # seconds that each resource takes
        self.paces = {}  # by logical id, where it is another
        self.taken = set()  # physical names that something outside has
        self.rejected = None  # why a change set cannot be made

    def fail(self, verb, logical_id, *reasons, forever=False):
        """Have an operation on a resource fail, as often as there are reasons."""
        self.failures[verb, logical_id] = (list(reasons), forever)

    def reason(self, verb, logical_id):
        """Why this operation fails now; None where it does not."""
        reasons, forever = self.failures.get((verb, logical_id), ([], False))
        if not reasons:
            return None
        return reasons[0] if forever and len(reasons) == 1 else reasons.pop(0)

    def takes(self, logical_id):
        """Seconds that an operation on a resource takes."""
        return self.paces.get(logical_id, self.pace)


def handler_said(message, code="InvalidRequest"):
    """A resource handler's refusal, as CloudFormation passes it on."""
    token = "00000000-0000-0000-0000-000000000000"
    return (
        f'Resource handler returned message: "{message}" '
        f"(RequestToken: {token}, HandlerErrorCode: {code})"
    )


def references(value):
    """The logical ids that a part of a template speaks of."""
    if isinstance(value, dict):
        if isinstance(value.get("Ref"), str):
            yield value["Ref"]
        attribute = value.get("Fn::GetAtt")
        if attribute:
            yield attribute[0] if isinstance(attribute, list) else attribute.partition(".")[0]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)
    elif isinstance(value, str):
        yield from re.findall(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}", value)


def in_order(resources):
    """The logical ids in the order in which they are made: what is needed first comes first."""
    done, waiting = [], dict(resources)
    while waiting:
        ready = [
            name
            for name, resource in waiting.items()
            if not (needs(resource) & waiting.keys()) - {name}
        ]
        if not ready:
            raise Refused(f"Circular dependency between resources: [{', '.join(waiting)}]")
        done += ready
        for name in ready:
            del waiting[name]
    return done


def needs(resource):
    """What has to be there before a resource."""
    explicit = resource.get("DependsOn", [])
    explicit = [explicit] if isinstance(explicit, str) else explicit
    return {*explicit, *references(resource.get("Properties", {}))}


def physical(stack, logical_id, resource):
    """The name that a resource gets."""
    kind, properties = resource["Type"], resource.get("Properties", {})
    name = properties.get(NAMES.get(kind, ""))
    name = name if isinstance(name, str) else f"{stack}-{logical_id}-{len(logical_id):04d}"
    if kind == "AWS::StepFunctions::StateMachine":
        return f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}"
    return name


def replaces(before, after):
    """Whether a change of a resource makes another of it."""
    only = CREATE_ONLY.get(after["Type"], set())
    old, new = before.get("Properties", {}), after.get("Properties", {})
    return before["Type"] != after["Type"] or any(old.get(key) != new.get(key) for key in only)


class Stacks:
    """Every stack, and the time that passes for them.

    Args:
        clock: gives the time of day, in UTC.
    """

    def __init__(self, clock=lambda: datetime.now(UTC)):
        self.clock = clock
        self.script = Script()
        self.by_id = {}
        self._ids = count(1)

    def put(self, name, status, template=None, **more):
        """Have a stack stand there in some status, its resources made."""
        stack = Stack(id=self.new_id("stack", name), name=name, created=self.clock(), status=status)
        stack.template = stack.before = template or {"Resources": {}}
        for key, resource in stack.template["Resources"].items():
            stack.resources[key] = self._resource(stack, key, resource, "CREATE_COMPLETE")
        for key, value in more.items():
            setattr(stack, key, value)
        self.by_id[stack.id] = stack
        return stack

    def new_id(self, kind, name):
        number = f"{next(self._ids):012d}"
        uuid = f"00000000-0000-0000-0000-{number}"
        return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:{kind}/{name}/{uuid}"

    def find(self, name):
        """The stack of that name that is not deleted, or of that id, deleted or not."""
        self.settle()
        if name in self.by_id:
            return self.by_id[name]
        for stack in reversed(self.by_id.values()):
            if stack.name == name and stack.status != "DELETE_COMPLETE":
                return stack
        return None

    def get(self, name):
        """As `find`, and a refusal where there is none."""
        stack = self.find(name)
        if stack is None:
            raise Refused(f"Stack with id {name} does not exist")
        return stack

    # --- time --------------------------------------------------------------------------------

    def settle(self):
        """Let happen what is due."""
        now = self.clock()
        for stack in self.by_id.values():
            while stack.coming and stack.coming[0][0] <= now.timestamp():
                self.step(stack)

    def step(self, stack):
        """Let the next thing happen to a stack, due or not."""
        at, happen = stack.coming.pop(0)
        happen(datetime.fromtimestamp(at, UTC))

    def at(self, stack, moment, happen):
        """Have something happen to a stack later."""
        stack.coming.append((moment, happen))
        stack.coming.sort(key=lambda entry: entry[0])

    def tell(self, stack, time, status, reason=None, resource=None):
        """Write an event, of the stack itself where no resource is named."""
        if resource is None:
            stack.status, stack.reason = status, reason
        else:
            resource.status, resource.reason, resource.changed = status, reason, time
        stack.events.append(
            {
                "StackId": stack.id,
                "EventId": f"event-{next(self._ids):06d}",
                "StackName": stack.name,
                "LogicalResourceId": resource.logical_id if resource else stack.name,
                "PhysicalResourceId": resource.physical_id if resource else stack.id,
                "ResourceType": resource.type if resource else STACK,
                "Timestamp": time,
                "ResourceStatus": status,
                **({"ResourceStatusReason": reason} if reason else {}),
            }
        )

    def _resource(self, stack, key, resource, status):
        return Resource(
            logical_id=key,
            type=resource["Type"],
            physical_id=physical(stack.name, key, resource),
            properties=resource.get("Properties", {}),
            status=status,
            retained=resource.get("DeletionPolicy") == "Retain",
            changed=self.clock(),
        )

    # --- operations --------------------------------------------------------------------------

    def create(self, stack, wanted):
        """Begin to create what a template holds."""
        stack.template = wanted
        now = self.clock()
        self.tell(stack, now, "CREATE_IN_PROGRESS", "User Initiated")
        at = now.timestamp()
        steps = [("CREATE", key) for key in in_order(wanted["Resources"])]
        self._run(stack, at, steps, on_failure=self._failed_creation, on_end="CREATE_COMPLETE")

    def update(self, stack, wanted, lost=()):
        """Begin to change a stack to what a template holds, and to make again what is lost."""
        for key in lost:
            stack.lost.discard(key)
            del stack.resources[key]
        stack.before, stack.template = stack.template, wanted
        stack.updated = now = self.clock()
        self.tell(stack, now, "UPDATE_IN_PROGRESS", "User Initiated")
        self._change(stack, now.timestamp(), wanted)

    def _change(self, stack, at, wanted):
        old, new = stack.before["Resources"], wanted["Resources"]
        steps = [
            ("CREATE" if key not in stack.resources else "UPDATE", key)
            for key in in_order(new)
            if key not in stack.resources
            or stack.resources[key].status.endswith("_FAILED")
            or old.get(key) != new[key]
        ]
        self._run(stack, at, steps, on_failure=self._failed_update, on_end=None)

    def _run(self, stack, at, steps, *, on_failure, on_end):
        """Take the steps one after the other, up to the first that fails."""
        if not steps:
            self.at(stack, at, lambda time: self._done(stack, time, on_end))
            return
        (verb, key), rest = steps[0], steps[1:]

        def begin(time):
            wanted = stack.template["Resources"][key]
            resource = stack.resources.get(key)
            if resource is None or verb == "CREATE":
                resource = self._resource(stack, key, wanted, "CREATE_IN_PROGRESS")
                stack.resources[key] = resource
            self.tell(stack, time, f"{verb}_IN_PROGRESS", None, resource)
            reason = self.script.reason(verb, key) or self._taken(resource, verb)
            self.at(
                stack,
                time.timestamp() + self.script.takes(key),
                lambda later: end(later, resource, wanted, reason),
            )

        def end(time, resource, wanted, reason):
            if reason:
                self.tell(stack, time, f"{verb}_FAILED", reason, resource)
                on_failure(stack, time, key, verb)
                return
            resource.properties = wanted.get("Properties", {})
            resource.physical_id = physical(stack.name, key, wanted)
            self.tell(stack, time, f"{verb}_COMPLETE", None, resource)
            self._run(stack, time.timestamp(), rest, on_failure=on_failure, on_end=on_end)

        self.at(stack, at, begin)

    def _taken(self, resource, verb):
        if verb == "CREATE" and resource.physical_id in self.script.taken:
            return handler_said(
                f"Resource of type '{resource.type}' with identifier "
                f"'{resource.physical_id}' already exists.",
                "AlreadyExists",
            )
        return None

    def _done(self, stack, time, status):
        if status:
            self.tell(stack, time, status)
            return
        self.tell(stack, time, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        gone = [key for key in stack.resources if key not in stack.template["Resources"]]
        self._remove(stack, time.timestamp(), gone, end="UPDATE_COMPLETE", failed="UPDATE_COMPLETE")

    def _failed_creation(self, stack, time, key, _verb):
        said = f"The following resource(s) failed to create: [{key}]. "
        if not stack.rolls_back:
            self.tell(stack, time, "CREATE_FAILED", said.strip())
            return
        self.tell(stack, time, "ROLLBACK_IN_PROGRESS", said + "Rollback requested by user.")
        self._remove(
            stack,
            time.timestamp(),
            list(reversed(stack.resources)),
            end="ROLLBACK_COMPLETE",
            failed="ROLLBACK_FAILED",
        )

    def _failed_update(self, stack, time, key, verb):
        word = "create" if verb == "CREATE" else "update"
        said = f"The following resource(s) failed to {word}: [{key}]. "
        if not stack.rolls_back:
            self.tell(stack, time, "UPDATE_FAILED", said.strip())
            return
        self.tell(stack, time, "UPDATE_ROLLBACK_IN_PROGRESS", said)
        self.undo(stack, time.timestamp())

    def undo(self, stack, at, skipped=()):
        """Bring back what the template of before holds."""
        old = stack.before["Resources"]
        changed = [
            key
            for key, resource in stack.resources.items()
            if key in old
            and key not in skipped
            and (
                resource.properties != old[key].get("Properties", {})
                or resource.status.endswith("_FAILED")
            )
        ]
        made = [key for key in stack.resources if key not in old and key not in skipped]

        def back(time):
            failed = []
            for key in changed:
                resource = stack.resources[key]
                self.tell(stack, time, "UPDATE_IN_PROGRESS", None, resource)
                reason = self.script.reason("ROLLBACK", key)
                if reason:
                    self.tell(stack, time, "UPDATE_FAILED", reason, resource)
                    failed.append(key)
                    continue
                resource.properties = old[key].get("Properties", {})
                self.tell(stack, time, "UPDATE_COMPLETE", None, resource)
            if failed:
                said = f"The following resource(s) failed to update: [{', '.join(failed)}]. "
                self.tell(stack, time, "UPDATE_ROLLBACK_FAILED", said)
                return
            stack.template = stack.before
            self.tell(stack, time, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
            done = "UPDATE_ROLLBACK_COMPLETE"
            self._remove(stack, time.timestamp(), made, end=done, failed=done)

        self.at(stack, at + self.script.pace, back)

    def delete(self, stack, kept=()):
        """Begin to delete a stack."""
        now = self.clock()
        self.tell(stack, now, "DELETE_IN_PROGRESS", "User Initiated")
        stack.coming.clear()
        names = [key for key in reversed(stack.resources) if key not in kept]
        for key in kept:
            self.tell(stack, now, "DELETE_SKIPPED", None, stack.resources[key])
        self._remove(stack, now.timestamp(), names, end="DELETE_COMPLETE", failed="DELETE_FAILED")

    def _remove(self, stack, at, names, *, end, failed):
        """Delete resources; what cannot be deleted stays, and is told."""
        broken = []

        def remove(time, key):
            resource = stack.resources[key]
            if resource.retained and end == "DELETE_COMPLETE":
                self.tell(stack, time, "DELETE_SKIPPED", None, resource)
                return
            self.tell(stack, time, "DELETE_IN_PROGRESS", None, resource)
            reason = self.script.reason("DELETE", key)
            if reason:
                self.tell(stack, time, "DELETE_FAILED", reason, resource)
                broken.append(key)
                return
            self.tell(stack, time, "DELETE_COMPLETE", None, resource)
            del stack.resources[key]

        for key in names:
            at += self.script.takes(key)
            self.at(stack, at, lambda time, key=key: remove(time, key))

        def finish(time):
            if broken:
                said = f"The following resource(s) failed to delete: [{', '.join(broken)}]. "
                self.tell(stack, time, failed, said)
                return
            self.tell(stack, time, end)
            if end == "DELETE_COMPLETE":
                stack.deleted = time

        self.at(stack, at, finish)


def parsed(text):
    """A template's text as a value."""
    try:
        template = json.loads(text)
    except ValueError as error:
        raise Refused("Template format error: JSON not well-formed.") from error
    if not isinstance(template, dict) or not template.get("Resources"):
        raise Refused("Template format error: At least one Resources member must be defined.")
    return Template(template, text)


class Template(dict):
    """A template, with the text that CloudFormation was given."""

    def __init__(self, value, text):
        super().__init__(value)
        self.text = text
