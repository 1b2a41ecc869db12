"""What a deployment would change, in the words of a workflow: functions, states, permissions.

Two templates are compared, the one that is deployed and the new one. What only CloudFormation knows,
which resources it would replace, comes from the change set.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from maestro_cdk.actions.grants import Grant, gained, grants
from maestro_cdk.asl import document, machines
from maestro_cdk.cloud import Change
from maestro_cdk.model import JSON

Verb: TypeAlias = Literal["added", "removed", "changed"]

FUNCTION = "AWS::Lambda::Function"
MACHINE = "AWS::StepFunctions::StateMachine"

HIDDEN = frozenset({"Environment", "Variables"})
"""Below these a value may be a secret: that it changed is told, not what it is."""

_DEFINITION = frozenset({"DefinitionString", "DefinitionSubstitutions", "DefinitionS3Location"})
_POLICIES = frozenset({"AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A property that changed; `before` and `after` are None where it was not, or is not, set.

    For one that may be a secret both are None.
    """

    name: str
    before: JSON = None
    after: JSON = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A function, a state or another resource, and what of it changed."""

    name: str
    verb: Verb
    type: str = ""
    code: bool = False
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a deployment would change.

    `widened` is what roles may do that they may not do now, `narrowed` the other way round.
    `replaced` are resources of which CloudFormation makes another, `deleted` those it deletes.
    `ahead` is what lives otherwise than the stack says, `lost` what the stack should have and was
    deleted past it, `unsettled` the status of a stack of which nobody can tell what lives.
    `refused` is why a deployment would not begin, `release` what it would do with `live` though
    nothing else changes.
    """

    functions: tuple[Item, ...] = ()
    machine: tuple[Setting, ...] = ()
    states: tuple[Item, ...] = ()
    widened: tuple[Grant, ...] = ()
    narrowed: tuple[Grant, ...] = ()
    resources: tuple[Item, ...] = ()
    replaced: tuple[Change, ...] = ()
    deleted: tuple[Change, ...] = ()
    ahead: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    unsettled: str | None = None
    refused: tuple[str, ...] = ()
    release: str | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return self == Difference()


def between(before: JSON, after: JSON) -> Difference:
    """Compare two templates.

    Args:
        before: the deployed template; None where nothing is.
        after: the new one.
    """
    old, new = _resources(before), _resources(after)
    old_grants, new_grants = grants(old), grants(new)
    return Difference(
        functions=tuple(_functions(old, new)),
        machine=tuple(_machine(old, new)),
        states=tuple(_states(old, new)),
        widened=gained(old_grants, new_grants),
        narrowed=gained(new_grants, old_grants),
        resources=tuple(_others(old, new)),
    )


def foreseen(
    difference: Difference, changes: Sequence[Change], before: JSON, after: JSON
) -> Difference:
    """The difference of two templates, with what CloudFormation says that it would do."""
    old, new = _resources(before), _resources(after)
    return replace(
        difference,
        replaced=tuple(
            item
            for item in changes
            if item.replacement == "True"
            or (item.replacement == "Conditional" and _changed(item.logical_id, old, new))
        ),
        deleted=tuple(item for item in changes if item.action == "Remove"),
    )


def settings(before: JSON, after: JSON, path: tuple[str, ...] = ()) -> Iterator[Setting]:
    """The leaves in which two objects differ."""
    if isinstance(before, dict) and isinstance(after, dict) and not _is_intrinsic(before, after):
        for key in sorted({*before, *after}):
            yield from settings(before.get(key), after.get(key), (*path, key))
    elif _alike(before, after):
        for n, (one, two) in enumerate(zip(before, after, strict=True)):
            yield from settings(one, two, (*path[:-1], f"{path[-1] if path else ''}[{n}]"))
    elif before != after:
        hidden = set(path) >= HIDDEN
        yield Setting(
            name=".".join(path),
            before=None if hidden else before,
            after=None if hidden else after,
        )


def _alike(before: JSON, after: JSON) -> bool:
    """Whether two values are lists whose elements can be compared one by one."""
    if not (isinstance(before, list) and isinstance(after, list) and len(before) == len(after)):
        return False
    return before != after and all(isinstance(each, dict) for each in [*before, *after])


def _changed(key: str, old: Mapping[str, JSON], new: Mapping[str, JSON]) -> bool:
    """Whether a resource itself changed: of one that only refers to another this is not known."""
    return bool(old.get(key) != new.get(key))


def _is_intrinsic(*values: Mapping[str, JSON]) -> bool:
    return any(
        len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref")) for value in values
    )


def _resources(template: JSON) -> Mapping[str, JSON]:
    found = template.get("Resources") if isinstance(template, dict) else None
    return found if isinstance(found, dict) else {}


def _of(resources: Mapping[str, JSON], kind: str) -> dict[str, Mapping[str, JSON]]:
    """The properties of the resources of a type, by logical id."""
    return {
        key: item.get("Properties", {}) for key, item in resources.items() if item["Type"] == kind
    }


def _functions(old: Mapping[str, JSON], new: Mapping[str, JSON]) -> Iterator[Item]:
    before, after = _of(old, FUNCTION), _of(new, FUNCTION)
    for key in sorted({*before, *after}):
        name = function_name(key, after[key] if key in after else before[key])
        if key not in before:
            yield Item(name=name, verb="added")
        elif key not in after:
            yield Item(name=name, verb="removed")
        elif before[key] != after[key]:
            found = tuple(settings(before[key], after[key]))
            code = any(item.name.startswith("Code.") for item in found)
            rest = tuple(item for item in found if not item.name.startswith("Code."))
            yield Item(name=name, verb="changed", code=code, settings=rest)


def function_name(logical_id: str, properties: Mapping[str, JSON]) -> str:
    """What the folder calls a function; its logical id where it is not of the folder."""
    name = properties.get("FunctionName")
    return name.partition("_")[2] or name if isinstance(name, str) else logical_id


def _machine(old: Mapping[str, JSON], new: Mapping[str, JSON]) -> Iterator[Setting]:
    before, after = _of(old, MACHINE), _of(new, MACHINE)
    for key in sorted(before.keys() & after.keys()):
        for item in settings(before[key], after[key]):
            if item.name.partition(".")[0] not in _DEFINITION:
                yield item
        one, two = _definition(before[key]), _definition(after[key])
        if one is None or two is None:
            if any(before[key].get(name) != after[key].get(name) for name in _DEFINITION):
                yield Setting(name="Definition")
            continue
        for item in settings(_without_states(one), _without_states(two)):
            yield Setting(name=f"Definition.{item.name}", before=item.before, after=item.after)


def states_between(before: str, after: str) -> tuple[Item, ...]:
    """The states in which two definitions differ, given as JSON text without substitutions."""
    one, two = (_by_name(json.loads(text), {}) for text in (before, after))
    return tuple(_states_of(one or {}, two or {}))


def _states(old: Mapping[str, JSON], new: Mapping[str, JSON]) -> Iterator[Item]:
    before, after = _of(old, MACHINE), _of(new, MACHINE)
    for key in sorted({*before, *after}):
        one = _by_name(_definition(before.get(key, {})), before.get(key, {}))
        two = _by_name(_definition(after.get(key, {})), after.get(key, {}))
        if one is not None and two is not None:
            yield from _states_of(one, two)


def _states_of(one: Mapping[str, JSON], two: Mapping[str, JSON]) -> Iterator[Item]:
    for name in [*two, *(name for name in one if name not in two)]:
        if name not in one:
            yield Item(name=name, verb="added", type=str(two[name].get("Type", "")))
        elif name not in two:
            yield Item(name=name, verb="removed", type=str(one[name].get("Type", "")))
        elif one[name] != two[name]:
            found = tuple(settings(one[name], two[name]))
            kind = str(two[name].get("Type", ""))
            yield Item(name=name, verb="changed", type=kind, settings=found)


def _definition(properties: Mapping[str, JSON]) -> JSON:
    """The definition in a template; None where it stands elsewhere, or cannot be read."""
    if not properties:
        return {}
    try:
        return json.loads(properties.get("DefinitionString", ""))
    except (TypeError, ValueError):
        return None


def _without_states(definition: JSON) -> JSON:
    if not isinstance(definition, dict):
        return definition
    return {key: value for key, value in definition.items() if key != "States"}


def _by_name(definition: JSON, properties: Mapping[str, JSON]) -> dict[str, JSON] | None:
    """Each state at any depth, without those in it, what substitutions stand for filled in."""
    if definition is None:
        return None
    values = properties.get("DefinitionSubstitutions", {})
    read = document.of_value(definition, file="")
    return {
        state.name: _filled(_alone(state.value), values if isinstance(values, dict) else {})
        for state in machines.states(read)
    }


def _alone(state: Mapping[str, JSON]) -> JSON:
    """A state without the states in it."""
    value = dict(state)
    for key in ("ItemProcessor", "Iterator"):
        if isinstance(value.get(key), dict):
            value[key] = _without_states(value[key])
    if value.get("Type") == "Parallel" and isinstance(value.get("Branches"), list):
        value["Branches"] = [_without_states(branch) for branch in value["Branches"]]
    return value


def _filled(value: JSON, values: Mapping[str, JSON]) -> JSON:
    """A state with what each whole `${key}` in it stands for: keys may be renamed for nothing."""
    if isinstance(value, dict):
        return {key: _filled(inner, values) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, values) for inner in value]
    if isinstance(value, str) and value.startswith("${") and value.endswith("}"):
        known = values.get(value[2:-1], value)
        return json.dumps(known) if isinstance(known, dict) else known
    return value


def _others(old: Mapping[str, JSON], new: Mapping[str, JSON]) -> Iterator[Item]:
    """What is neither a function nor the machine; of what gives permissions, only coming and going."""
    for key in sorted({*old, *new}):
        kind = (new.get(key) or old[key])["Type"]
        if kind == FUNCTION or (kind == MACHINE and key in old and key in new):
            continue
        if key not in old:
            yield Item(name=key, verb="added", type=kind)
        elif key not in new:
            yield Item(name=key, verb="removed", type=kind)
        elif old[key] != new[key]:
            found = () if kind in _POLICIES else tuple(settings(old[key], new[key]))
            yield Item(name=key, verb="changed", type=kind, settings=found)
