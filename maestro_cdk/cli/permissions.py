"""`permissions`: what the roles of a project may do, and why."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

import click

from maestro_cdk.cli.context import Context
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.options import PROJECT, shared
from maestro_cdk.model import JSON, Function, Policy, PolicyStatement, Project
from maestro_cdk.project import roles
from maestro_cdk.project.calls import suggestions

_RULES = ("limits", "unknown-permission", "wide-permission")
"""The rules that have something to say of permissions; `validate` tells of the others."""


@click.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How they are printed.",
)
@click.option(
    "--functions", is_flag=True, help="The functions' roles too, and what their code seems to need."
)
@shared(*PROJECT)
@examples(
    ("maestro permissions", "the state machine's"),
    ("maestro permissions --functions", "and the functions', with what their code calls"),
)
def permissions(context: Context, *, format_: str, functions: bool) -> None:
    """Print what the roles may do, and which states need it.

    PARTITION, REGION and ACCOUNT_ID are those of wherever the project is deployed.
    """
    project = context.project()
    notes = tuple(finding for finding in project.notes if finding.rule in _RULES)
    context.notice(replace(project, notes=notes))
    shown = project.functions if functions else ()
    if format_ == "json":
        click.echo(json.dumps(_as_value(project, shown), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_as_text(project, shown)))


def _of_function(project: Project, function: Function) -> tuple[PolicyStatement, ...]:
    group = roles.log_group(project.name, function.name)
    arn = f"arn:PARTITION:logs:REGION:ACCOUNT_ID:log-group:{group}:*"
    return (roles.logging(arn), *roles.of(function))


# --- JSON ------------------------------------------------------------------------------------


def _as_value(project: Project, functions: Iterable[Function]) -> JSON:
    value: dict[str, JSON] = {
        "state_machine": {
            "name": project.name,
            **_role(project.permissions, project.settings.workflow.policies),
        }
    }
    if project.settings.workflow.release.gradual:
        value["release"] = _role(roles.of_release(project.name), ())
    made = {
        function.name: {
            **_role(_of_function(project, function), function.settings.policies),
            "suggested": [_suggestion(item) for item in suggestions.of(project, function)],
        }
        for function in functions
    }
    return {**value, "functions": made} if made else value


def _role(statements: Iterable[PolicyStatement], policies: Iterable[Policy]) -> dict[str, JSON]:
    own = [policy for policy in policies if isinstance(policy, PolicyStatement)]
    return {
        "statements": [_statement(item) for item in statements],
        "policies": {
            "statements": [_statement(item) for item in own],
            "managed": [policy for policy in policies if isinstance(policy, str)],
        },
    }


def _suggestion(statement: PolicyStatement) -> JSON:
    return {
        "actions": list(statement.actions),
        "resources": list(statement.resources),
        "calls": list(statement.states),
    }


def _statement(statement: PolicyStatement) -> JSON:
    return {
        "actions": list(statement.actions),
        "resources": list(statement.resources),
        "conditions": statement.conditions,
        "states": list(statement.states),
    }


# --- text ------------------------------------------------------------------------------------


def _as_text(project: Project, functions: Iterable[Function]) -> Iterator[str]:
    yield _heading(f"the state machine {project.name}")
    yield from _listed(project.permissions, project.settings.workflow.policies)
    if project.settings.workflow.release.gradual:
        yield ""
        yield _heading("what moves live from one version to another")
        yield from _listed(roles.of_release(project.name), ())
    for function in functions:
        yield ""
        yield _heading(f"the function {function.name}")
        yield from _listed(_of_function(project, function), function.settings.policies)
        yield from _suggested(function, suggestions.of(project, function))


def _suggested(function: Function, statements: tuple[PolicyStatement, ...]) -> Iterator[str]:
    if not statements:
        return
    yield "  its code calls what nothing here allows:"
    for statement in statements:
        yield from (f"  {line}" for line in _block(statement, ""))
    yield "  if it shall, write in maestro.toml:"
    yield f"    [functions.{function.name}]"
    yield "    policies = ["
    for statement in statements:
        words = json.dumps(list(statement.actions)), json.dumps(list(statement.resources))
        yield "      {{ actions = {}, resources = {} }},".format(*words)
    yield "    ]"


def _heading(text: str) -> str:
    return click.style(text, bold=True)


def _listed(statements: Iterable[PolicyStatement], policies: Iterable[Policy]) -> Iterator[str]:
    found = [(statement, "") for statement in statements]
    found += [(p, "maestro.toml") for p in policies if isinstance(p, PolicyStatement)]
    managed = [policy for policy in policies if isinstance(policy, str)]
    if not found and not managed:
        yield "  may do nothing"
    for statement, whose in found:
        yield from _block(statement, whose)
    for name in managed:
        yield f"  what the managed policy {name} allows"
        yield "    for maestro.toml"


def _block(statement: PolicyStatement, whose: str) -> Iterator[str]:
    for action in statement.actions:
        yield f"  {action}"
    for resource in statement.resources:
        yield f"    on {resource}"
    for operator, keys in statement.conditions.items():
        for key, value in keys.items():
            yield f"    if {key} {operator} {value}"
    whom = ", ".join(statement.states) or statement.reason or whose
    if whom:
        yield f"    for {whom}"


COMMANDS = (permissions,)
