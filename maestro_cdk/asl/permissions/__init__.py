"""A definition to the least statements of IAM's with which it runs, each with its states."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from maestro_cdk.asl import arns, integrations
from maestro_cdk.asl.document import Document
from maestro_cdk.asl.integrations import Integration
from maestro_cdk.asl.machines import State, states
from maestro_cdk.asl.permissions import (
    covering,
    data,
    endpoints,
    fitting,
    jobs,
    maps,
    merging,
    roles,
    special,
)
from maestro_cdk.asl.permissions.arguments import COMPUTED, Arguments, Value, World, read
from maestro_cdk.asl.permissions.calls import Call, Gap, Need, Needs, on
from maestro_cdk.asl.permissions.merging import Needed, covers
from maestro_cdk.asl.permissions.resources import computed
from maestro_cdk.model import (
    JSON,
    Definition,
    Finding,
    PolicyStatement,
    SourceRef,
    WorkflowSettings,
)
from maestro_cdk.ports import Authorization, ServiceModels

LOGGING = PolicyStatement(
    actions=(
        "logs:CreateLogDelivery",
        "logs:GetLogDelivery",
        "logs:UpdateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:DescribeResourcePolicies",
        "logs:DescribeLogGroups",
    ),
    resources=("*",),
    reason="its log",
)
"""What a machine that logs needs: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html"""

TRACING = PolicyStatement(
    actions=(
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
    ),
    resources=("*",),
    reason="its traces",
)
"""What one that is traced needs: https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html

CDK gives both of these to the role of its construct, in this order of actions, and drops what is
there twice.
"""


_TOKEN = re.compile(r"\$\{\w+(?::[\w-]+)?\}(?=:|$)")
"""What only CloudFormation knows, as a whole ARN or with a version behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What a state machine needs, and what there is to say about it."""

    statements: tuple[PolicyStatement, ...]
    findings: tuple[Finding, ...]


def of(
    document: Document,
    definition: Definition,
    *,
    workflow: str,
    functions: Mapping[str, str],
    settings: WorkflowSettings,
    services: ServiceModels,
    known: Authorization,
) -> Permissions:
    """What a definition needs.

    Args:
        document: the definition as it was written, for the places of findings.
        definition: the same as it is deployed.
        workflow: the state machine's name.
        functions: those of the folder, each with the name that it has in Lambda.
        settings: the workflow's: its policies are what the user allows besides.
        services: what the services' APIs look like.
        known: what IAM knows.
    """
    world = World(workflow=workflow, substitutions=definition.substitutions, functions=functions)
    reader = _Reader(document, json.loads(definition.text), world, settings, services, known)
    needed = tuple(reader.needed())
    statements = list(merging.statements(needed))
    if settings.logging != "OFF":
        statements.append(LOGGING)
    if settings.tracing:
        statements.append(TRACING)
    return _fitted(
        Permissions(statements=tuple(statements), findings=tuple(reader.findings)),
        settings,
        document,
        workflow,
    )


def _fitted(
    found: Permissions, settings: WorkflowSettings, document: Document, workflow: str
) -> Permissions:
    """What a role can hold of what is needed: the functions at once, where each is too much."""
    attached = sum(isinstance(policy, str) for policy in settings.policies)
    if fitting.fits(found.statements, attached):
        return found
    shortened = fitting.shortened(found.statements, workflow)
    holds = fitting.fits(shortened, attached)
    finding = Finding(
        rule="limits",
        severity="warning" if holds else "error",
        message="the state machine's role cannot hold a statement on each thing that the "
        f"definition calls: it may invoke every function named {workflow}_*"
        if holds
        else "the state machine's role cannot hold all that the definition needs",
        hint=None if holds else "move a part of it into a workflow of its own",
        where=document.where(()),
    )
    return Permissions(statements=shortened, findings=(*found.findings, finding))


class _Reader:
    def __init__(
        self,
        document: Document,
        deployed: JSON,
        world: World,
        settings: WorkflowSettings,
        services: ServiceModels,
        known: Authorization,
    ) -> None:
        self.document, self.world, self.settings = document, world, settings
        self.services, self.known = services, known
        self.deployed = replace(document, value=deployed)
        self.findings: list[Finding] = []

    def needed(self) -> Iterator[Needed]:
        """What the machine needs, state by state."""
        for state in states(self.deployed):
            yield from self._of_state(state)

    def _of_state(self, state: State) -> Iterator[Needed]:
        told: dict[tuple[tuple[str, ...], bool], list[Need]] = {}
        left: dict[str, None] = {}
        for need in self._needs(state):
            if isinstance(need, Gap):
                self._gap(state, need)
                continue
            broken = [arn for arn in need.reach.arns if not _is_arn(arn)]
            if broken:
                # IAM would refuse the whole policy, and with it the stack.
                message = f"{need.action} needs an ARN, and {broken[0]!r} is none"
                self._gap(state, Gap(actions=(need.action,), message=message, severity="warning"))
                continue
            if need.reach.wide and covering.allows(self.settings.policies, need.action):
                left[need.action] = None
                continue
            if need.reach.why:
                told.setdefault((need.reach.why, need.reach.wide), []).append(need)
            yield Needed(need=need, state=state.name)
        for (why, wide), needs in told.items():
            self._wide(state, why, needs, wide=wide)
        if left:
            message = f"{_listed(left)}: on what, is left to [workflow] policies"
            self._find(
                state,
                Finding(
                    rule="wide-permission",
                    severity="info",
                    message=message,
                    where=self._place(state),
                ),
            )

    # --- states ------------------------------------------------------------------------------

    def _needs(self, state: State) -> Needs:
        jsonata = state.language == "JSONata"

        def within(value: JSON) -> Arguments:
            return read(value, self.world, jsonata=jsonata)

        if maps.distributed(state):
            yield from maps.needs(state, self.world, within)
        resource = state.value.get("Resource")
        if state.type != "Task" or not isinstance(resource, str):
            return
        given = state.value.get("Arguments" if jsonata else "Parameters")
        arguments = within(given) if given is not None else COMPUTED
        credentials = state.value.get("Credentials")
        if credentials is not None:
            yield from _assume(within(credentials))
            return
        yield from self._task(state, self.world.value("Resource", resource), arguments)

    def _task(self, state: State, resource: Value, arguments: Arguments) -> Needs:
        integration = integrations.parse(resource.text)
        if later := _TOKEN.match(resource.text):  # the ARN of a function
            yield on("lambda:InvokeFunction", later.group(), f"{later.group()}:*")
        elif integration is None or "*" in integration.service + integration.action:
            written = state.value["Resource"]
            yield Gap(actions=(), message=f"what {written!r} is, and needs, is not known")
        elif integration.kind == "lambda":
            yield from self._invoke(Value(name="Resource", text=resource.text))
        elif integration.invokes:
            yield from self._invoke(arguments.get("FunctionName"))
        elif integration.kind != "activity":  # its workers come for their tasks
            yield from self._integration(integration, arguments)

    def _invoke(self, function: Value | None) -> Needs:
        """A function with its versions and aliases.

        Where its name is computed, those of the folder that it can be; where it is none of them,
        what is known of it.
        """
        if function is None:
            return
        named = special.function(function.text)
        vague = function.computed and "*" in named  # a version may be all that is computed
        own = [arn for arn in map(self.world.arn, self.world.functions) if covers(named, arn)]
        both = (text for arn in (vague and own) or [named] for text in (arn, f"{arn}:*"))
        why = computed(function.name) if vague else ()
        wide = vague and not own and named.endswith(":*")
        yield on("lambda:InvokeFunction", *both, why=why, wide=wide)

    def _integration(self, integration: Integration, arguments: Arguments) -> Needs:
        name = integration.name.removeprefix("aws-sdk:")
        match name if integration.kind == "optimized" else "":
            case "http:invoke":
                yield from endpoints.http(arguments)
                return
            case "apigateway:invoke":
                yield from endpoints.gateway(arguments)
                return
            case "eks:call" | "eks:runJob":  # the cluster's own rules say what the role may do
                return
            case _:
                pass
        api = integration.api
        if api is None:
            guess = f"{integration.service}:{integration.action}"
            message = f"{integration.name} is no integration that is known, nor what it needs"
            yield Gap(actions=(guess,), message=message)
            return
        call = Call(
            service=api[0],
            action=api[1],
            pattern=integration.pattern,
            arguments=arguments,
            services=self.services,
            known=self.known,
        )
        yield from roles.tags(call, special.needs(call))
        yield from jobs.waiting(name, call)
        yield from jobs.besides(name, call)
        yield from data.needs(call)
        yield from roles.handed(call)
        yield from roles.keys(call)

    # --- findings ----------------------------------------------------------------------------

    def _gap(self, state: State, gap: Gap) -> None:
        policies = self.settings.policies
        if covering.fills(policies, gap.actions):
            return
        allowed = covering.may(policies, gap.actions)
        actions = ", ".join(f'"{action}"' for action in gap.actions or ("...",))
        self._find(
            state,
            Finding(
                rule="unknown-permission",
                severity="info" if allowed else gap.severity,
                message=gap.message,
                hint="allow it in maestro.toml: [workflow] policies = "
                f'[{{ actions = [{actions}], resources = ["..."] }}]',
                where=self._place(state),
            ),
        )

    def _wide(self, state: State, why: tuple[str, ...], needs: list[Need], *, wide: bool) -> None:
        actions = dict.fromkeys(need.action for need in needs)
        reached = dict.fromkeys(arn for need in needs for arn in need.reach.arns)
        self._find(
            state,
            Finding(
                rule="wide-permission",
                severity="warning" if wide else "info",
                message=f"{', '.join(why)}, so the role has {_listed(actions)} on {_listed(reached)}",
                hint="say in the definition what it is about; or allow these actions on less in "
                "[workflow] policies, and that alone counts"
                if wide
                else None,
                where=self._place(state),
            ),
        )

    def _find(self, state: State, finding: Finding) -> None:
        self.findings.append(replace(finding, state=state.name))

    def _place(self, state: State) -> SourceRef:
        return self.document.where((*state.pointer, "Resource"))


def _is_arn(text: str) -> bool:
    """Whether a text is what a statement can be about."""
    if text == "*" or _TOKEN.match(text):
        return True
    arn = arns.parse(text)
    return arn is not None and bool(arn.partition and arn.service and arn.resource)


def _listed(names: Iterable[str]) -> str:
    """The first of some names, and how many more there are."""
    first, *rest = names
    if not rest:
        return first
    return f"{first}, {rest[0]}" if len(rest) == 1 else f"{first} and {len(rest)} more"


def _assume(credentials: Arguments) -> Needs:
    """Another role does the task: what it may, is not for this one to say.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html
    """
    role = credentials.get("RoleArn")
    if role is None:
        return
    if not role.is_arn:
        anything = "arn:PARTITION:iam::*:role/*"
        yield on("sts:AssumeRole", anything, why=computed("RoleArn"), wide=True)
    else:
        yield on("sts:AssumeRole", role.text)
