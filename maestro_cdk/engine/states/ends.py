"""How a state ends that has a result: what it assigns, what it hands on, and where it leads."""

from collections.abc import Mapping

from maestro_cdk.engine.running import Next
from maestro_cdk.engine.visits import Visit
from maestro_cdk.model import JSON


def with_result(visit: Visit, result: JSON) -> Next:
    """The end of a Task, a Parallel or a Map."""
    visit.note("result", result)
    if visit.in_jsonata:
        visit.result = result
        return with_output(visit, result)
    selected = visit.filled("ResultSelector", result)
    visit.assign(visit.state, selected)
    return filtered(visit, visit.merged(selected))


def with_output(visit: Visit, output: JSON) -> Next:
    """The end of a JSONata state, whose output is this unless it says otherwise."""
    visit.assign(visit.state, None)
    return leave(visit, visit.output(visit.state, output))


def filtered(visit: Visit, output: JSON) -> Next:
    """The end of a JSONPath state: what OutputPath leaves of it."""
    return leave(visit, visit.selected("OutputPath", output))


def leave(visit: Visit, output: JSON, rule: Mapping[str, JSON] | None = None) -> Next:
    """Hand an output on, to what the state, or a rule of it, names as the next."""
    holder = visit.state if rule is None else rule
    # What was handed on unchanged has its text already.
    made = visit.input if output is visit.input.value else visit.limited(output)
    return Next(output=made, name=holder.get("Next"))
