"""What an integration takes: the shape of its parameters, and what a Task writes where they stand.

Most take what the API behind them takes; what AWS made different stands here.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from maestro_cdk.asl import integrations
from maestro_cdk.asl.deferred import computed, deferred
from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.integrations import Integration
from maestro_cdk.asl.machines import State
from maestro_cdk.model import JSON
from maestro_cdk.ports import ServiceModels, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A shape that no service's model holds."""

    type: str = "structure"
    enum: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    members: Mapping[str, Shape] = field(default_factory=dict)
    element: Shape | None = None
    streaming: bool = False
    range: tuple[float | None, float | None] = (None, None)

    @property
    def wire(self) -> Mapping[str, str]:
        """Members have no other name."""
        return {name: name for name in self.members}


_FREE = ("document", "blob")
"""Kinds of parameters that take any JSON."""

ANY = Form(type="document")
TEXT = Form(type="string")
FLAG = Form(type="boolean")
LISTS = Form(type="map", element=Form(type="list", element=TEXT))


class Place(NamedTuple):
    """A value of a Task's parameters, where it stands, and what it should look like.

    A large definition has tens of thousands, and a tuple is made in a third of a dataclass's time.
    """

    pointer: Pointer
    value: JSON
    shape: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A Task, or the ItemReader or ResultWriter of a Map, whose parameters stand in the definition.

    `places` are the values in them, at any depth, of which it is known what they are and should be:
    first all of them together.
    """

    state: State
    integration: Integration
    pointer: Pointer
    places: tuple[Place, ...]


def known(states: Iterable[State], services: ServiceModels) -> Iterator[Call]:
    """What is called with parameters that are written down, where it is known what it takes."""
    shapes: dict[str, Shape | None] = {}
    for state, holder, caller in _callers(states):
        resource = caller.get("Resource")
        integration = integrations.parse(resource) if isinstance(resource, str) else None
        if integration is None or (state.type == "Map" and not _stores(holder, integration)):
            continue
        name = integration.name
        if name not in shapes:
            shapes[name] = shape(integration, services)
        taken = shapes[name]
        key = "Parameters" if "Parameters" in caller else "Arguments"
        arguments = caller.get(key)
        if taken is None or arguments is None:
            continue
        if key == "Arguments" and not isinstance(arguments, dict):
            continue  # that is a field's concern
        pointer = (*holder, key)
        if places := tuple(_places(Place(pointer, arguments, taken))):
            yield Call(state=state, integration=integration, pointer=pointer, places=places)


def _callers(states: Iterable[State]) -> Iterator[tuple[State, Pointer, Mapping[str, JSON]]]:
    """Each object with a Resource: a Task, and what reads and writes a Map's items."""
    for state in states:
        if state.type == "Task":
            yield state, state.pointer, state.value
        for key in ("ItemReader", "ResultWriter") if state.type == "Map" else ():
            storage = state.value.get(key)
            if isinstance(storage, dict):
                yield state, (*state.pointer, key), storage


def _stores(holder: Pointer, integration: Integration) -> bool:
    """Whether an integration is one that an ItemReader or a ResultWriter can have."""
    reads = integration.name in _STORED
    return reads if holder[-1] == "ItemReader" else integration.name == "s3:putObject"


def _places(place: Place) -> Iterator[Place]:
    """A value and those in it, as far as they are known."""
    waiting = [place]
    while waiting:
        place = waiting.pop()
        value, kind = place.value, place.shape.type
        if kind in _FREE or deferred(value) or computed(value):
            continue
        yield place
        if isinstance(value, dict | list):
            waiting += reversed(_inside(place))


def path(call: Call, pointer: Pointer) -> str:
    """A parameter's name with those of what it stands in: `Entries[0].Detail`."""
    text = ""
    for step in pointer[len(call.pointer) :]:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def _inside(place: Place) -> list[Place]:
    """The values in an object or a list that stand there as they are."""
    pointer, value, taken = place
    if isinstance(value, list):
        items = taken.element if taken.type == "list" else None
        return [Place((*pointer, n), inner, items) for n, inner in enumerate(value) if items]
    members = taken.members
    each = taken.element if taken.type == "map" else None
    return [
        Place((*pointer, key), inner, member)
        for key, inner in value.items()
        if not key.endswith(".$") and (member := each or members.get(key))
    ]


# --- what each integration takes ---------------------------------------------------------------


def shape(integration: Integration, services: ServiceModels) -> Shape | None:
    """What the parameters of an integration look like; None where that is not known."""
    if integration.name in _OWN:
        return _OWN[integration.name]
    api = integration.api or _STORED.get(integration.name)
    if api is None:
        return None
    service, action = api
    model = services.service(service)
    operation = model.operation(action) if model else None
    taken = operation.parameters if operation else None
    change = _CHANGES.get(integration.name)
    return change(taken) if change and taken else taken


def alternatives(integration: Integration) -> tuple[str, ...]:
    """Parameters of which an integration needs one or the other."""
    return _ALTERNATIVES.get(integration.name, ())


_ALTERNATIVES = {
    "bedrock:invokeModel": ("Body", "Input"),
    "http:invoke": ("InvocationConfig", "Authentication"),
    "sns:publish": ("TopicArn", "TargetArn", "PhoneNumber"),
}


def _structure(required: str = "", **members: Shape) -> Form:
    return Form(required=tuple(required.split()), members=members)


def _changed(taken: Shape, *without: str, **members: Shape) -> Form:
    """A structure without some members, and with others."""
    return Form(
        required=tuple(name for name in taken.required if name not in without),
        members={
            name: member
            for name, member in {**taken.members, **members}.items()
            if name not in without
        },
    )


def _with(**members: Shape) -> Callable[[Shape], Shape]:
    return lambda taken: _changed(taken, **members)


def _element(taken: Shape, member: str) -> Shape:
    """What a list among the members holds."""
    return taken.members[member].element or ANY


_STORED = {
    "s3:getObject": ("s3", "getObject"),
    "s3:listObjectsV2": ("s3", "listObjectsV2"),
}
"""What reads the items of a Map.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
_S3 = _structure("S3Uri", S3Uri=TEXT)
CONNECTION_ARN = Form(type="string")
URL = Form(type="string")
_CONNECTION = _structure("ConnectionArn", ConnectionArn=CONNECTION_ARN)
_CLUSTER = {"ClusterName": TEXT, "CertificateAuthority": TEXT, "Endpoint": TEXT}

_OWN: Mapping[str, Shape] = {
    # https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html
    "apigateway:invoke": _structure(
        "ApiEndpoint Method",
        ApiEndpoint=TEXT,
        Method=Form(type="string", enum=_METHODS),
        Headers=ANY,
        Stage=TEXT,
        Path=TEXT,
        QueryParameters=ANY,
        RequestBody=ANY,
        AllowNullValues=FLAG,
        AuthType=Form(type="string", enum=("NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY")),
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
    "http:invoke": _structure(
        "ApiEndpoint Method",
        ApiEndpoint=URL,
        Method=Form(type="string", enum=_METHODS),
        InvocationConfig=_CONNECTION,
        Authentication=_CONNECTION,
        Headers=ANY,
        QueryParameters=ANY,
        RequestBody=ANY,
        Transform=_structure(
            RequestBodyEncoding=Form(type="string", enum=("NONE", "URL_ENCODED")),
            RequestEncodingOptions=_structure(
                ArrayFormat=Form(type="string", enum=("INDICES", "REPEAT", "COMMAS", "BRACKETS"))
            ),
        ),
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/connect-eks.html
    "eks:call": _structure(
        "ClusterName CertificateAuthority Endpoint Method Path",
        **_CLUSTER,
        Method=Form(type="string", enum=_METHODS),
        Path=TEXT,
        QueryParameters=LISTS,
        RequestBody=ANY,
    ),
    "eks:runJob": _structure(
        "ClusterName CertificateAuthority Endpoint Job",
        **_CLUSTER,
        Namespace=TEXT,
        Job=ANY,
        LogOptions=_structure(RetrieveLogs=FLAG, RawLogs=FLAG, LogParameters=LISTS),
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html
    "elasticmapreduce:setClusterTerminationProtection": _structure(
        "ClusterId TerminationProtected", ClusterId=TEXT, TerminationProtected=FLAG
    ),
    "elasticmapreduce:terminateCluster": _structure("ClusterId", ClusterId=TEXT),
    # https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
    "s3:putObject": _structure("Bucket", Bucket=TEXT, Prefix=TEXT),
}


def _cluster(taken: Shape) -> Shape:
    instances = taken.members["Instances"]
    kept = Form(
        required=(*instances.required, "KeepJobFlowAliveWhenNoSteps"), members=instances.members
    )
    return _changed(taken, "Steps", Instances=kept)


def _step(taken: Shape) -> Shape:
    return _structure(
        "ClusterId Step",
        ClusterId=TEXT,
        Step=_element(taken, "Steps"),
        ExecutionRoleArn=TEXT,
    )


def _cancelled(taken: Shape) -> Shape:
    return _structure(
        "ClusterId StepId",
        ClusterId=TEXT,
        StepId=TEXT,
        StepCancellationOption=taken.members["StepCancellationOption"],
    )


def _fleet(taken: Shape) -> Shape:
    return _structure(
        "ClusterId InstanceFleetName InstanceFleet",
        ClusterId=TEXT,
        InstanceFleetName=TEXT,
        InstanceFleet=_changed(taken.members["InstanceFleet"], "InstanceFleetId"),
    )


def _group(taken: Shape) -> Shape:
    group = _changed(_element(taken, "InstanceGroups"), "InstanceGroupId", InstanceGroupName=TEXT)
    return _structure(
        "ClusterId InstanceGroup", ClusterId=TEXT, InstanceGroupName=TEXT, InstanceGroup=group
    )


def _events(taken: Shape) -> Shape:
    entry = _changed(_element(taken, "Entries"), Detail=ANY)
    return _changed(taken, Entries=Form(type="list", element=entry))


_CHANGES: Mapping[str, Callable[[Shape], Shape]] = {
    "bedrock:invokeModel": _with(Input=_S3, Output=_S3),
    "elasticmapreduce:createCluster": _cluster,
    "elasticmapreduce:addStep": _step,
    "elasticmapreduce:cancelStep": _cancelled,
    "elasticmapreduce:modifyInstanceFleetByName": _fleet,
    "elasticmapreduce:modifyInstanceGroupByName": _group,
    "events:putEvents": _events,
    "sns:publish": _with(Message=ANY),
    "sqs:sendMessage": _with(MessageBody=ANY),
    "states:startExecution": _with(Input=ANY),
}
"""What AWS made different of an API's parameters."""
