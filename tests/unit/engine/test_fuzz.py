"""Any valid definition, with any input, ends in a status."""

import json

import jsonata.jsonata  # noqa: F401 - raises the recursion limit, which hypothesis wants to stay
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maestro_cdk.engine.clocks import RandomIds, VirtualClock
from maestro_cdk.engine.execution import Execution, Resumed, World
from maestro_cdk.engine.failures import Failure, RuntimeFailure
from maestro_cdk.engine.resuming import point
from tests.unit.engine.worlds import run

STATUSES = {"SUCCEEDED", "FAILED", "TIMED_OUT"}

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=12,
)

inputs = values | st.fixed_dictionaries(
    {"a": values, "b": st.lists(values, max_size=4), "c": values}
)

paths = st.sampled_from(
    [
        "$",
        "$.a",
        "$.a.b",
        "$.b[0]",
        "$.b[-1]",
        "$.c[*]",
        "$..a",
        "$.b[1:]",
        "$.b[0,1]",
        "$['a','b']",
        "$.b[?(@.a==1)]",
        "$.a.length()",
        "$$",
        "$$.Execution.Name",
        "$$.Map.Item.Value",
        "$$.State.RetryCount",
        "$v",
        "$v.a",
    ]
)
calls = st.sampled_from(
    [
        "States.Format('{} {}', $.a, $.b)",
        "States.Array($.a, 1, 'x', null)",
        "States.ArrayRange(0, 5, 2)",
        "States.ArrayPartition($.b, 2)",
        "States.ArrayGetItem($.b, 0)",
        "States.ArrayContains($.b, $.a)",
        "States.ArrayUnique($.b)",
        "States.ArrayLength($.b)",
        "States.MathAdd($.a, 1)",
        "States.MathRandom(1, 9)",
        "States.JsonMerge($.a, $.b, false)",
        "States.JsonToString($)",
        "States.StringToJson($.a)",
        "States.StringSplit($.a, ',')",
        "States.Base64Encode($.a)",
        "States.Base64Decode($.a)",
        "States.Hash($.a, 'SHA-256')",
        "States.UUID()",
    ]
)
expressions = st.sampled_from(
    [
        "{% $states.input %}",
        "{% $states.input.a %}",
        "{% $states.input.b[0].a %}",
        "{% $states.context.Execution.Id %}",
        "{% $states.input.a + 1 %}",
        "{% $sum($states.input.b) %}",
        "{% $map($states.input.b, function($x) { $x }) %}",
        "{% $v %}",
        "{% 1/0 %}",
        "{% $partition([1..5], 2) %}",
        "{% $string($states.input) %}",
        "{% $states.input.b ~> $count() %}",
        "{% $keys($states.input) %}",
        "{% [$states.input.*] %}",
        "{% $uuid() & $now() %}",
    ]
)


def templates(leaf):
    return st.dictionaries(st.sampled_from(["x.$", "y.$"]), leaf, max_size=2).flatmap(
        lambda dynamic: st.dictionaries(st.sampled_from("zw"), values, max_size=2).map(
            lambda static: {**static, **dynamic}
        )
    )


def optional(draw, state, name, strategy):
    if draw(st.booleans()):
        state[name] = draw(strategy)


@st.composite
def rules(draw, names):
    variable, target = draw(paths), draw(st.sampled_from(names))
    operator, operand = draw(
        st.sampled_from(
            [
                ("IsPresent", True),
                ("IsNull", False),
                ("IsNumeric", True),
                ("NumericGreaterThan", 1),
                ("StringMatches", "a*b*"),
                ("StringEqualsPath", "$.a"),
                ("BooleanEquals", True),
                ("TimestampLessThan", "2020-01-01T00:00:00Z"),
            ]
        )
    )
    rule = {"Variable": variable, operator: operand}
    combined = draw(st.sampled_from(["", "And", "Or", "Not"]))
    if combined:
        rule = {combined: rule if combined == "Not" else [rule, rule]}
    return {**rule, "Next": target}


@st.composite
def states(draw, names, depth, *, jsonata):
    kinds = ["Pass", "Pass", "Wait", "Choice", "Succeed", "Fail", "Task"]
    kind = draw(st.sampled_from(kinds + (["Map", "Parallel"] if depth else [])))
    state = {"Type": kind}
    if kind not in ("Choice", "Succeed", "Fail"):
        following = draw(st.sampled_from([*names, None]))
        state |= {"End": True} if following is None else {"Next": following}
    if kind in ("Task", "Map", "Parallel"):
        error = st.sampled_from(["States.ALL", "States.TaskFailed", "Custom"])
        retry = {"ErrorEquals": [draw(error)], "MaxAttempts": 1, "JitterStrategy": "FULL"}
        optional(draw, state, "Retry", st.just([retry]))
        catch = {"ErrorEquals": [draw(error)], "Next": draw(st.sampled_from(names))}
        optional(draw, state, "Catch", st.just([catch]))
    if kind == "Task":
        state["Resource"] = "arn:aws:lambda:us-east-1:111111111111:function:f"
        optional(draw, state, "TimeoutSeconds", st.just(1))
    if kind == "Parallel":
        inner = machines(depth - 1, jsonata=jsonata)
        state["Branches"] = draw(st.lists(inner, min_size=1, max_size=3))
    if kind == "Map":
        processor = draw(machines(depth - 1, jsonata=jsonata))
        if draw(st.booleans()):
            processor["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
            optional(draw, state, "ItemBatcher", st.just({"MaxItemsPerBatch": 2}))
            optional(draw, state, "ToleratedFailureCount", st.integers(0, 3))
        state["ItemProcessor"] = processor
        optional(draw, state, "MaxConcurrency", st.integers(0, 3))
    if jsonata:
        _in_jsonata(draw, state, names)
    else:
        _in_jsonpath(draw, state, names)
    return state


def _in_jsonata(draw, state, names):
    kind = state["Type"]
    if kind == "Choice":
        rule = {"Condition": draw(expressions), "Next": draw(st.sampled_from(names))}
        state["Choices"] = [rule]
        optional(draw, state, "Default", st.sampled_from(names))
    if kind == "Wait":
        state["Seconds"] = draw(expressions | st.integers(0, 10**8))
    if kind == "Fail":
        optional(draw, state, "Error", expressions)
        return
    optional(draw, state, "Output", expressions | st.fixed_dictionaries({"o": expressions}))
    optional(draw, state, "Assign", st.fixed_dictionaries({"v": expressions}))
    if kind in ("Task", "Parallel"):
        optional(draw, state, "Arguments", expressions)
    if kind == "Map":
        optional(draw, state, "Items", st.just([1, "{% $states.input %}"]) | expressions)


def _in_jsonpath(draw, state, names):
    kind = state["Type"]
    if kind == "Choice":
        state["Choices"] = draw(st.lists(rules(names), min_size=1, max_size=2))
        optional(draw, state, "Default", st.sampled_from(names))
    if kind == "Wait":
        state |= draw(
            st.sampled_from([{"Seconds": 9}, {"SecondsPath": "$.a"}, {"TimestampPath": "$.b"}])
        )
    if kind == "Fail":
        optional(draw, state, "CausePath", paths | calls)
        return
    optional(draw, state, "InputPath", paths | st.none())
    optional(draw, state, "OutputPath", paths | st.none())
    optional(draw, state, "Assign", st.fixed_dictionaries({"v.$": paths | calls}))
    if kind in ("Task", "Parallel", "Pass", "Map"):
        optional(draw, state, "ResultPath", st.sampled_from(["$", "$.a", "$.a.b", "$.b[0]", None]))
    if kind in ("Task", "Parallel", "Pass"):
        optional(draw, state, "Parameters", templates(paths | calls))
    if kind in ("Task", "Parallel", "Map"):
        optional(draw, state, "ResultSelector", templates(paths | calls))
    if kind == "Map":
        optional(draw, state, "ItemsPath", st.just("$.b") | paths)
        optional(draw, state, "ItemSelector", templates(paths | calls))


@st.composite
def machines(draw, depth, *, jsonata):
    names = [f"S{n}" for n in range(draw(st.integers(1, 3)))]
    return {
        "StartAt": names[0],
        "States": {name: draw(states(names, depth, jsonata=jsonata)) for name in names},
    }


@st.composite
def definitions(draw):
    jsonata = draw(st.booleans())
    machine = draw(machines(2, jsonata=jsonata))
    machine["QueryLanguage"] = "JSONata" if jsonata else "JSONPath"
    machine["TimeoutSeconds"] = 10**6
    return machine


def named(machine, prefix=""):
    """The machine with names for its states that no other state has, as AWS wants them."""
    if isinstance(machine, list):
        return [named(item, prefix) for item in machine]
    if not isinstance(machine, dict):
        return machine
    made = {}
    for key, value in machine.items():
        if key in ("StartAt", "Next", "Default"):
            made[key] = prefix + value
        elif key == "States":
            made[key] = {
                prefix + name: within(named(state, prefix), f"{prefix}{name}-")
                for name, state in value.items()
            }
        elif key in ("Branches", "ItemProcessor"):
            made[key] = value
        else:
            made[key] = named(value, prefix)
    return made


def within(state, prefix):
    branches = state.get("Branches", [])
    inner = {"Branches": [named(inner, f"{prefix}{n}") for n, inner in enumerate(branches)]}
    processor = {"ItemProcessor": named(state.get("ItemProcessor"), prefix)}
    return {**state, **{k: v for k, v in {**inner, **processor}.items() if k in state}}


class Fickle:
    """Tasks that give back what they were given, fail, or take their time."""

    def __init__(self, clock):
        self.clock, self.calls = clock, 0

    def refuses(self, _request):
        return None

    async def call(self, request):
        self.calls += 1
        if self.calls % 3 == 0:
            raise Failure("Custom", "as it happens")
        if self.calls % 7 == 0:
            await self.clock.sleep(5)
        if self.calls % 31 == 0:
            raise RuntimeFailure("no more")
        return request.arguments


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(definition=definitions(), payload=inputs)
def test_any_execution_ends_in_a_status(definition, payload):
    clock = VirtualClock()
    running = run(
        definition, json.dumps(payload), clock=clock, tasks=Fickle(clock), most_events=400
    )
    assert running.outcome.status in STATUSES
    ids = [event.id for event in running.events]
    assert ids == list(range(1, len(ids) + 1))
    assert all(event.previous_id < event.id for event in running.events)
    assert running.events[-1].type in (
        "ExecutionSucceeded",
        "ExecutionFailed",
        "ExecutionTimedOut",
    )


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(definition=definitions(), payload=inputs, cut=st.integers(1, 60))
def test_an_execution_goes_on_from_any_moment(definition, payload, cut):
    definition = named(definition)
    clock = VirtualClock()
    tasks = Fickle(clock)
    running = run(definition, json.dumps(payload), clock=clock, tasks=tasks, most_events=400)
    events = running.events[:cut]
    resumed = Resumed(
        point=point(events, definition), events=events, count=1, started=running.started
    )
    again = Execution(
        running.machine,
        running.input.text,
        World(tasks=tasks, clock=clock, ids=RandomIds(2), most_events=800),
        resumed=resumed,
    )
    clock.run(again.run())
    assert again.outcome.status in STATUSES
    assert [event.id for event in again.events] == list(range(1, len(again.events) + 1))
    assert again.events[len(events)].type == "ExecutionRedriven"
