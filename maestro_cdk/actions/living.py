"""What lives of a workflow, past CloudFormation: how it differs from a template, and its repair.

CloudFormation compares templates, not what lives. What was changed past it, by `maestro redeploy` or
by hand, stays until something compares.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

from maestro_cdk.actions.resolution import Unresolved, World
from maestro_cdk.actions.threads import threads
from maestro_cdk.asl.arns import TOKEN
from maestro_cdk.cloud import Cloud, LiveFunction, LiveMachine
from maestro_cdk.errors import AccessDenied
from maestro_cdk.model import JSON, Assembly, Identity, Project
from maestro_cdk.versions import Alias

Kind: TypeAlias = Literal["policy", "code", "configuration", "definition", "watching"]

Thing = TypeVar("Thing")

FUNCTION = "AWS::Lambda::Function"
MACHINE_TYPE = "AWS::StepFunctions::StateMachine"
MACHINE = "StateMachine"
MACHINE_ROLE = "StateMachineRole"
POLICY = "AWS::IAM::Policy"

DEFAULTS: Mapping[str, JSON] = {
    "Environment": {"Variables": {}},
    "EphemeralStorage": {"Size": 512},
    "Handler": None,
    "Layers": [],
    "MemorySize": 128,
    "Runtime": None,
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
}
"""The properties of a function that can be changed past CloudFormation, as Lambda has them where a
template does not set them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What lives of a workflow: functions by their names in Lambda, policies by theirs in the role.

    `absent` are the names of the functions and of the state machine that AWS has not; `alias` is
    what executions are started by. What the caller may not look at is neither here nor there.
    """

    functions: Mapping[str, LiveFunction] = field(default_factory=dict)
    machine: LiveMachine | None = None
    policies: Mapping[str, JSON] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    alias: Alias | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What a stack should have, and what somebody deleted past it."""

    logical_id: str
    type: str
    name: str

    def __str__(self) -> str:
        """What it is, for a person."""
        return f"the {'function' if self.type == FUNCTION else 'state machine'} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What has to be done to a function, the machine or its role to be as the template says.

    `name` is the function's in Lambda, the machine's ARN or the policy's name; `value` the asset's
    key, the properties, the definition, the policy, or members of the machine as the API names them.
    """

    kind: Kind
    name: str
    value: JSON
    role: str = ""

    def __str__(self) -> str:
        """What it is, for a person."""
        what = self.name.rpartition(":")[2].partition("_")[2] or self.name.rpartition(":")[2]
        words = {
            "policy": "the state machine's permissions",
            "code": f"the code of {what}",
            "configuration": f"the configuration of {what}",
            "definition": "the definition",
            "watching": "the state machine's logging and tracing",
        }
        return words[self.kind]


def read(project: Project, identity: Identity, cloud: Cloud) -> Live:
    """Look at what lives of a project, side by side; nothing is there before its first deployment."""
    where = f"{identity.region}:{identity.account}"
    arn = f"arn:{identity.partition}:states:{where}:stateMachine:{project.name}"
    names = [function.physical_name for function in project.functions]
    with threads(len(names) + 2) as pool:
        keeps = project.settings.workflow.release.keep > 0
        led = pool.submit(_seen, cloud.versions.alias, arn) if keeps else None
        asked = {name: pool.submit(_seen, cloud.functions.describe, name) for name in names}
        machine, machine_is_absent = _seen(cloud.machines.live, arn)
        if machine is not None and machine.deleting:
            machine, machine_is_absent = None, True
        policies = _policies(machine, cloud) if machine else {}
        found = {name: each.result() for name, each in asked.items()}
    absent = {name for name, (_, is_absent) in found.items() if is_absent}
    return Live(
        functions={name: function for name, (function, _) in found.items() if function},
        machine=machine,
        policies=policies,
        absent=frozenset({*absent, project.name} if machine_is_absent else absent),
        alias=led.result()[0] if led and machine else None,
    )


def _seen(ask: Callable[[str], Thing | None], name: str) -> tuple[Thing | None, bool]:
    """What AWS has of that name, and whether it says that it has nothing."""
    try:
        found = ask(name)
    except AccessDenied:
        return None, False
    return found, found is None


def _policies(machine: LiveMachine, cloud: Cloud) -> Mapping[str, JSON]:
    name = f"{MACHINE}Policy"
    try:
        return {name: cloud.roles.policy(machine.role, name)}
    except AccessDenied:
        return {}


def lost(live: Live, template: JSON) -> tuple[Lost, ...]:
    """What a deployed template has, and what is not there: CloudFormation does not look by itself.

    Functions and the state machine are looked at, nothing else.
    """
    names = {FUNCTION: "FunctionName", MACHINE_TYPE: "StateMachineName"}
    resources = template.get("Resources", {}) if isinstance(template, dict) else {}
    return tuple(
        Lost(logical_id=key, type=item["Type"], name=name)
        for key, item in resources.items()
        if item["Type"] in names
        and (name := item.get("Properties", {}).get(names[item["Type"]])) in live.absent
    )


def repairs(
    live: Live, assembly: Assembly, template: Mapping[str, JSON], world: World
) -> Iterator[Repair]:
    """What differs of what lives from what the template says, in the order in which it is mended.

    What cannot be told from outside, because only CloudFormation knows a value, is left out.
    """
    resources = template.get("Resources", {})
    yield from _policy_repairs(live, resources, world)
    files = _files(assembly)
    for item in resources.values():
        if item["Type"] == FUNCTION:
            yield from _function_repairs(live, item.get("Properties", {}), files, world)
    if live.machine is None:
        return
    definition = wanted_definition(assembly, world)
    if definition is not None and not same_definition(definition, live.machine.definition):
        yield Repair(kind="definition", name=live.machine.arn, value=definition)
    watching = _watching(live.machine, resources.get(MACHINE, {}).get("Properties", {}), world)
    if watching:
        yield Repair(kind="watching", name=live.machine.arn, value=watching)


def redeployed(live: Live, assembly: Assembly, old: Mapping[str, JSON], new: JSON) -> Iterator[str]:
    """The functions that have the code that is here, which the stack does not know of yet.

    Whether another function's code is what the stack says is not known: that code is not here.
    """
    files = _files(assembly)
    before = old.get("Resources", {})
    for key, item in new["Resources"].items():
        if item["Type"] != FUNCTION or key not in before:
            continue
        properties = item.get("Properties", {})
        code = properties.get("Code", {}).get("S3Key")
        function = live.functions.get(str(properties.get("FunctionName")))
        known = before[key].get("Properties", {}).get("Code", {}).get("S3Key")
        if function is None or code == known or code not in files:
            continue
        if code_hash(files[code]) == function.code:
            yield f"the code of {function.name.partition('_')[2] or function.name}"


def _watching(
    machine: LiveMachine, properties: Mapping[str, JSON], world: World
) -> Mapping[str, JSON]:
    """What differs of a machine's logging and tracing, as the API names it."""
    try:
        logging = world.value(properties.get("LoggingConfiguration", {}))
    except Unresolved:
        logging = {}
    wanted = {
        "loggingConfiguration": (_decapitalized(logging), machine.logging),
        "tracingConfiguration": (
            _decapitalized(properties.get("TracingConfiguration", {"Enabled": False})),
            machine.tracing,
        ),
    }
    return {name: value for name, (value, now) in wanted.items() if now and value not in ({}, now)}


def _decapitalized(value: JSON) -> JSON:
    """A part of a template with its keys as Step Functions' API writes them."""
    if isinstance(value, dict):
        return {f"{key[:1].lower()}{key[1:]}": _decapitalized(each) for key, each in value.items()}
    return [_decapitalized(each) for each in value] if isinstance(value, list) else value


def _policy_repairs(live: Live, resources: Mapping[str, JSON], world: World) -> Iterator[Repair]:
    if live.machine is None:
        return
    for item in resources.values():
        properties = item.get("Properties", {})
        if item["Type"] != POLICY or properties.get("Roles") != [{"Ref": MACHINE_ROLE}]:
            continue
        name = properties.get("PolicyName")
        try:
            wanted = world.value(properties["PolicyDocument"])
        except Unresolved:
            continue
        if name in live.policies and _canonical(wanted) != _canonical(live.policies[name]):
            yield Repair(kind="policy", name=name, value=wanted, role=live.machine.role)


def _function_repairs(
    live: Live, properties: Mapping[str, JSON], files: Mapping[str, Path], world: World
) -> Iterator[Repair]:
    function = live.functions.get(str(properties.get("FunctionName")))
    if function is None:
        return
    key = properties.get("Code", {}).get("S3Key")
    if key in files and code_hash(files[key]) != function.code:
        yield Repair(kind="code", name=function.name, value=key)
    changed = {}
    for name, default in DEFAULTS.items():
        try:
            wanted = world.value(properties.get(name, default))
        except Unresolved:
            continue
        if wanted is not None and wanted != function.properties.get(name, default):
            changed[name] = wanted
    if changed:
        yield Repair(kind="configuration", name=function.name, value=changed)


def code_hash(path: Path) -> str:
    """A zip's hash as Lambda tells it."""
    with path.open("rb") as file:
        return base64.b64encode(hashlib.file_digest(file, "sha256").digest()).decode()


def _files(assembly: Assembly) -> Mapping[str, Path]:
    """The assembly's files by their keys."""
    return {asset.key: asset.path for asset in assembly.assets}


def wanted_definition(assembly: Assembly, world: World) -> str | None:
    """The definition as the template gives it, substitutions filled in; None where nobody can tell."""
    properties = world.template.get("Resources", {}).get(MACHINE, {}).get("Properties", {})
    files = _files(assembly)
    text = properties.get("DefinitionString")
    location = properties.get("DefinitionS3Location", {}).get("Key")
    if location in files:
        text = files[location].read_text("utf-8")
    if not isinstance(text, str):
        return None
    try:
        values = world.value(properties.get("DefinitionSubstitutions", {}))
    except Unresolved:
        return None
    filled = TOKEN.sub(
        lambda match: _text(values[match.group(1)]) if match.group(1) in values else match.group(),
        text,
    )
    return filled if _is_json(filled) else None


def _text(value: JSON) -> str:
    """What a substitution's value is in a text: as it is, JSON's words for what is no text."""
    return value if isinstance(value, str) else json.dumps(value)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def same_definition(one: str, two: str) -> bool:
    """Whether two texts are the same definition."""
    try:
        return bool(json.loads(one) == json.loads(two))
    except ValueError:
        return one == two


def _canonical(policy: JSON) -> JSON:
    """A policy in which one of a list and a list of one are the same, and order does not count."""
    if isinstance(policy, dict):
        return {key: _canonical(value) for key, value in policy.items()}
    if isinstance(policy, list):
        items = [_canonical(value) for value in policy]
        if len(items) == 1 and isinstance(items[0], str):
            return items[0]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    return policy
