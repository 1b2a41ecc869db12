"""What lives of a workflow, past CloudFormation: how it differs from a template, and its repair.

CloudFormation compares templates, not what lives. What was changed past it, by `maestro redeploy` or
by hand, stays until something compares.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from maestro_cdk.actions.resolution import Unresolved, World
from maestro_cdk.actions.threads import threads
from maestro_cdk.asl.arns import TOKEN
from maestro_cdk.cloud import Cloud, LiveFunction, LiveMachine
from maestro_cdk.errors import AccessDenied
from maestro_cdk.model import JSON, Assembly, Identity, Project

Kind: TypeAlias = Literal["policy", "code", "configuration", "definition"]

FUNCTION = "AWS::Lambda::Function"
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

    What the caller may not look at is not there.
    """

    functions: Mapping[str, LiveFunction] = field(default_factory=dict)
    machine: LiveMachine | None = None
    policies: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What has to be done to a function, the machine or its role to be as the template says.

    `name` is the function's in Lambda, the machine's ARN or the policy's name; `value` the asset's
    key, the properties, the definition or the policy.
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
        }
        return words[self.kind]


def read(project: Project, identity: Identity, cloud: Cloud) -> Live:
    """Look at what lives of a project, side by side; nothing is there before its first deployment."""
    where = f"{identity.region}:{identity.account}"
    arn = f"arn:{identity.partition}:states:{where}:stateMachine:{project.name}"
    names = [function.physical_name for function in project.functions]
    with threads(len(names) + 1) as pool:
        asked = {name: pool.submit(_allowed_function, cloud, name) for name in names}
        machine, policies = _machine(arn, cloud)
        functions = {name: found for name, each in asked.items() if (found := each.result())}
    return Live(functions=functions, machine=machine, policies=policies)


def _allowed_function(cloud: Cloud, name: str) -> LiveFunction | None:
    try:
        return cloud.functions.describe(name)
    except AccessDenied:
        return None


def _machine(arn: str, cloud: Cloud) -> tuple[LiveMachine | None, Mapping[str, JSON]]:
    try:
        machine = cloud.machines.live(arn)
        if machine is None or machine.deleting:
            return None, {}
        found = {name: cloud.roles.policy(machine.role, name) for name in (f"{MACHINE}Policy",)}
    except AccessDenied:
        return None, {}
    return machine, found


def repairs(
    live: Live, assembly: Assembly, template: Mapping[str, JSON], world: World
) -> Iterator[Repair]:
    """What differs of what lives from what the template says, in the order in which it is mended.

    What cannot be told from outside, because only CloudFormation knows a value, is left out.
    """
    resources = template.get("Resources", {})
    yield from _policy_repairs(live, resources, world)
    files = {asset.key: asset.path for asset in assembly.assets}
    for item in resources.values():
        if item["Type"] == FUNCTION:
            yield from _function_repairs(live, item.get("Properties", {}), files, world)
    definition = wanted_definition(resources.get(MACHINE, {}), files, world)
    if live.machine is None or definition is None:
        return
    if not same_definition(definition, live.machine.definition):
        yield Repair(kind="definition", name=live.machine.arn, value=definition)


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


def wanted_definition(
    machine: Mapping[str, JSON], files: Mapping[str, Path], world: World
) -> str | None:
    """The definition as the template gives it, substitutions filled in; None where nobody can tell."""
    properties = machine.get("Properties", {})
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
