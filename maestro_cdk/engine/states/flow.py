"""The states that do nothing but lead on: Pass, Choice, Wait, Succeed and Fail.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from collections.abc import Mapping

from maestro_cdk.engine import choice as choices
from maestro_cdk.engine import data, templates, timestamps
from maestro_cdk.engine.failures import EvaluationFailure, Failure, RuntimeFailure
from maestro_cdk.engine.paths import MissingError, PathError
from maestro_cdk.engine.running import Branch, Next
from maestro_cdk.engine.states.ends import filtered, leave, with_output
from maestro_cdk.engine.visits import Visit
from maestro_cdk.model import JSON

LONGEST_WAIT = 99_999_999
"""So many seconds a Wait can last."""


async def pass_(_: Branch, visit: Visit) -> Next:
    """Hand the input on, or what is made of it."""
    value = visit.effective_input()
    if visit.in_jsonata:
        return with_output(visit, value)
    value = visit.filled("Parameters", value)
    result = visit.state.get("Result", value)
    visit.note("result", result)
    visit.assign(visit.state, result)
    return filtered(visit, visit.merged(result))


async def succeed(_: Branch, visit: Visit) -> Next:
    """End well."""
    value = visit.effective_input()
    if visit.in_jsonata:
        return with_output(visit, value)
    visit.assign(visit.state, value)
    return filtered(visit, value)


async def fail(_: Branch, visit: Visit) -> Next:
    """End with an error."""
    raise Failure(_said(visit, "Error"), _said(visit, "Cause"))


def _said(visit: Visit, key: str) -> str | None:
    """The Error or Cause of a Fail state, by path too."""
    path = f"{key}Path"
    if path in visit.state and not visit.in_jsonata:
        found = templates.look_up(visit.state[path], path, visit.sight(visit.input.value))
    elif visit.in_jsonata and key in visit.state:
        found = visit.expected(
            "string", visit.rendered(visit.state[key], key), key, visit.state[key]
        )
    else:
        found = visit.state.get(key)
    if found is None or isinstance(found, str):
        return found
    raise RuntimeFailure(f"The {path} field must be a string, but was: {data.dumps(found)}")


# --- Choice -----------------------------------------------------------------------------------


async def choice(_: Branch, visit: Visit) -> Next:
    """Go where the first rule leads that holds, or by default."""
    value = visit.effective_input()
    rules = visit.state.get("Choices") or ()
    for n, rule in enumerate(rules):
        if _holds(visit, n, rule, value):
            return _chosen(visit, value, rule, rule.get("Next"), f"Choices[{n}]/")
    if "Default" not in visit.state:
        raise RuntimeFailure(
            "Failed to transition out of the state. The state does not point to a next state."
        )
    return _chosen(visit, value, visit.state, visit.state["Default"], "")


def _holds(visit: Visit, n: int, rule: Mapping[str, JSON], value: JSON) -> bool:
    if not visit.in_jsonata:
        return choices.holds(rule, visit.sight(value))
    location = f"Choices[{n}]/Condition"
    condition = visit.rendered(rule.get("Condition"), location)
    return bool(visit.expected("boolean", condition, location, rule.get("Condition")))


def _chosen(
    visit: Visit, value: JSON, rule: Mapping[str, JSON], name: str | None, location: str
) -> Next:
    visit.assign(rule, value, f"{location}Assign")
    if visit.in_jsonata:
        output = visit.output(rule, value, f"{location}Output")
    else:
        output = visit.selected("OutputPath", value)
    return leave(visit, output, {"Next": name})


# --- Wait -------------------------------------------------------------------------------------


async def wait(branch: Branch, visit: Visit) -> Next:
    """Wait so many seconds, or until a moment."""
    value = visit.effective_input()
    await branch.run.clock.sleep(min(_seconds(branch, visit, value), LONGEST_WAIT))
    if visit.in_jsonata:
        return with_output(visit, value)
    visit.assign(visit.state, value)
    return filtered(visit, value)


def _seconds(branch: Branch, visit: Visit, value: JSON) -> float:
    if "SecondsPath" in visit.state and not visit.in_jsonata:
        return _seconds_by_path(visit, value)
    if "Seconds" in visit.state:
        seconds = visit.number("Seconds", value)
        if visit.in_jsonata and (seconds is None or seconds < 0):
            raise EvaluationFailure("The Seconds field must not be negative", "Seconds")
        return max(seconds or 0, 0)
    moment = timestamps.parse(_timestamp(visit, value))
    if moment is None:
        raise _no_moment(visit, value)
    return max((moment - branch.run.clock.now()).total_seconds(), 0)


def _seconds_by_path(visit: Visit, value: JSON) -> float:
    found = _by_path(visit, "SecondsPath", value)
    path, seconds = visit.state["SecondsPath"], data.integer(found)
    said = f"{path} == {found if isinstance(found, str) else data.dumps(found)}"
    if seconds is None:
        raise RuntimeFailure(f"The SecondsPath parameter cannot be parsed as a long value: {said}")
    if seconds < 0:
        raise RuntimeFailure(f"The SecondsPath parameter references a negative value: {said}")
    return seconds


def _by_path(visit: Visit, key: str, value: JSON) -> JSON:
    path = visit.state[key]
    try:
        return visit.sight(value).find(str(path))
    except (MissingError, PathError) as error:
        raise RuntimeFailure(
            f"The {key} parameter does not reference an input value: {path}"
        ) from error


def _timestamp(visit: Visit, value: JSON) -> str:
    if "TimestampPath" in visit.state and not visit.in_jsonata:
        found = _by_path(visit, "TimestampPath", value)
    elif visit.in_jsonata:
        found = visit.rendered(visit.state.get("Timestamp"), "Timestamp")
    else:
        found = visit.state.get("Timestamp")
    return found if isinstance(found, str) else data.dumps(found)


def _no_moment(visit: Visit, value: JSON) -> Failure:
    found, kind = _timestamp(visit, value), "ISO-8601 extended offset date-time format string"
    if visit.in_jsonata:
        said = f"The Timestamp field cannot be parsed as an {kind}: {found}"
        return EvaluationFailure(said, "Timestamp")
    key = "TimestampPath" if "TimestampPath" in visit.state else "Timestamp"
    path = f"{visit.state[key]} == " if key == "TimestampPath" else ""
    return RuntimeFailure(f"The {key} parameter does not reference a valid {kind}: {path}{found}")
