"""Whatever text is given for a definition, there is an answer: findings, in bounded time."""

import copy
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maestro_cdk.asl import document, permissions, references
from maestro_cdk.asl.rules import Subject, registry
from maestro_cdk.errors import ProjectError
from maestro_cdk.model import WorkflowSettings
from maestro_cdk.services.authorization import IamReference
from maestro_cdk.services.models import BotocoreModels

LAMBDA = "arn:aws:states:::lambda:invoke"
RETRY = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 2}]
EVERYTHING = {
    "StartAt": "Pass",
    "TimeoutSeconds": 60,
    "States": {
        "Pass": {
            "Type": "Pass",
            "Parameters": {"a.$": "States.Format('{}', $.a)", "b": [{"c.$": "$$.Execution.Id"}]},
            "ResultPath": "$.x",
            "Assign": {"v.$": "$.a[0]"},
            "Next": "Task",
        },
        "Task": {
            "Type": "Task",
            "Resource": LAMBDA,
            "Parameters": {"FunctionName": "${greet}", "Payload": {"x.$": "$v"}},
            "ResultSelector": {"y.$": "$.Payload"},
            "Retry": RETRY,
            "Catch": [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.e", "Next": "Fail"}],
            "TimeoutSecondsPath": "$.t",
            "Next": "Choice",
        },
        "Choice": {
            "Type": "Choice",
            "Choices": [
                {
                    "And": [
                        {"Variable": "$.a", "NumericGreaterThan": 1},
                        {"Not": {"Variable": "$.b", "StringMatches": "x*"}},
                    ],
                    "Next": "Parallel",
                },
                {"Variable": "$.t", "TimestampEqualsPath": "$.u", "Next": "Wait"},
            ],
            "Default": "Map",
        },
        "Parallel": {
            "Type": "Parallel",
            "Branches": [{"StartAt": "In", "States": {"In": {"Type": "Succeed"}}}],
            "Next": "Table",
        },
        "Table": {
            "Type": "Task",
            "QueryLanguage": "JSONata",
            "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem",
            "Arguments": {"TableName": "t", "Item": {"id": {"S": "{% $states.input.id %}"}}},
            "Output": "{% $states.result %}",
            "Next": "Queue",
        },
        "Queue": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "HeartbeatSeconds": 5,
            "Parameters": {"QueueUrl": "u", "MessageBody": {"t.$": "$$.Task.Token"}},
            "Next": "Map",
        },
        "Map": {
            "Type": "Map",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
                "Parameters": {"Bucket": "b", "Key": "k"},
            },
            "ItemSelector": {"i.$": "$$.Map.Item.Value"},
            "ItemBatcher": {"MaxItemsPerBatch": 3},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                "StartAt": "Item",
                "States": {"Item": {"Type": "Pass", "End": True}},
            },
            "ResultWriter": {
                "Resource": "arn:aws:states:::s3:putObject",
                "Parameters": {"Bucket": "b"},
            },
            "MaxConcurrency": 3,
            "Next": "Wait",
        },
        "Wait": {"Type": "Wait", "Seconds": 3, "Next": "Fail"},
        "Fail": {"Type": "Fail", "ErrorPath": "$.e", "Cause": "c"},
    },
}
"""A definition with a place for each thing of the language."""

WORDS = [
    "$",
    "$.a",
    "$$.x",
    "{% $x %}",
    "{%",
    "${",
    "${x}",
    "States.ALL",
    "Map",
    "",
    "\ud800",
    "Task",
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=8)
)
KEYS = st.sampled_from(["Type", "States", "a.$", "End", "Next", "Choices"]) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def examined(text):
    """All that is found in a text, as for a project; an error of ours is an answer too."""
    try:
        parsed = document.parse(text, file="d", literals={"n": 1})
    except ProjectError as error:
        return error.findings
    definition, findings = references.resolve(
        parsed, functions={"greet": "Greet"}, workflow="w", substitutions={"n": 1}
    )
    subject = Subject(
        document=parsed,
        services=BotocoreModels(),
        functions={},
        called=definition.called,
    )
    allowed = permissions.of(
        parsed,
        definition,
        workflow="w",
        functions={"greet": "w_greet"},
        settings=WorkflowSettings(name="w"),
        services=BotocoreModels(),
        known=IamReference(),
    )
    return (*findings, *registry.check(subject), *allowed.findings)


def places(value, pointer=()):
    yield pointer
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in children:
        yield from places(inner, (*pointer, key))


PLACES = [place for place in places(EVERYTHING) if place]


def test_the_definition_to_begin_with_is_sound():
    found = examined(json.dumps(EVERYTHING))
    assert [finding for finding in found if finding.severity == "error"] == []


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES, st.booleans()), min_size=1, max_size=3))
def test_a_definition_with_anything_anywhere_has_findings_and_no_traceback(changes):
    value = copy.deepcopy(EVERYTHING)
    for place, new, gone in changes:
        holder = value
        try:
            for step in place[:-1]:
                holder = holder[step]
            if gone:
                del holder[place[-1]]
            else:
                holder[place[-1]] = new
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken it away
    for finding in examined(json.dumps(value)):
        assert finding.message
        assert finding.where.line == 1


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet='{}[]",:$%. \n0tE-\\', max_size=60))
def test_any_text_has_an_answer(text):
    examined(text)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_have_an_answer(content):
    try:
        examined(document.decode(content, file="d"))
    except ProjectError as error:
        assert error.findings[0].rule == "json-syntax"  # noqa: PT017 - either way is an answer


@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0, max_value=len(json.dumps(EVERYTHING)) - 1), st.text(max_size=3))
def test_a_definition_that_is_cut_or_spliced_has_an_answer(at, inserted):
    text = json.dumps(EVERYTHING)
    assert examined(text[:at])
    examined(text[:at] + inserted + text[at:])


# --- size ------------------------------------------------------------------------------------


def nested(depth):
    machine = {"StartAt": "S", "States": {"S": {"Type": "Pass", "End": True}}}
    for n in range(depth):
        name = f"P{n}"
        state = {"Type": "Parallel", "Branches": [machine], "End": True}
        machine = {"StartAt": name, "States": {name: state}}
    return machine


@pytest.mark.parametrize("depth", [100, 120])
def test_machines_within_machines_are_looked_into(depth):
    machine = nested(depth)
    inner = machine
    while "S" not in inner["States"]:
        (state,) = inner["States"].values()
        (inner,) = state["Branches"]
    inner["States"]["S"]["Next"] = "Nowhere"
    del inner["States"]["S"]["End"]
    assert any("Nowhere" in finding.message for finding in examined(json.dumps(machine)))


def test_what_is_nested_too_deep_is_told():
    (finding,) = examined('{"a":' * 100_000)
    assert "nested deeper" in finding.message
    (finding,) = examined("[" * 100_000)
    assert "nested deeper" in finding.message


@pytest.mark.parametrize("ends", [("[", "]"), ('{"a":', "}")])
def test_arguments_are_read_as_deep_as_they_may_be(ends):
    deep = ends[0] * 490 + "1" + ends[1] * 490
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
    text = json.dumps({"StartAt": "A", "States": {"A": {**task, "Parameters": "DEEP"}}})
    examined(text.replace('"DEEP"', deep))


def chained(states):
    """A definition of states that follow each other, made of a function of their number."""
    return lambda count: json.dumps(
        {
            "StartAt": "S0",
            "States": {
                **{f"S{n}": {**states(n), "Next": f"S{n + 1}"} for n in range(count)},
                f"S{count}": {"Type": "Pass", "Parameters": {"a.$": "$.b"}, "End": True},
            },
        }
    )


def nested_scopes(count):
    """Machines in machines, each with many variables."""
    machine = {"StartAt": "P0", "States": {"P0": {"Type": "Pass", "End": True}}}
    for level in range(12):
        assign = {f"v{level}_{n}.$": f"$.a{n}" for n in range(count // 12)}
        reads = {f"r{n}.$": f"$v{level}_{n}" for n in range(count // 12)}
        machine = {
            "StartAt": f"A{level}",
            "States": {
                f"A{level}": {"Type": "Pass", "Assign": assign, "Next": f"M{level}"},
                f"M{level}": {
                    "Type": "Map",
                    "ItemSelector": reads,
                    "ItemProcessor": machine,
                    "End": True,
                },
            },
        }
    return json.dumps(machine)


WRONG_CALL = r"States.MathAdd('\\')"
GROWING = {
    "one function": chained(
        lambda _: {"Type": "Task", "Resource": LAMBDA, "Parameters": {"FunctionName": "${greet}"}}
    ),
    "functions": chained(
        lambda n: {
            "Type": "Task",
            "Resource": f"arn:aws:lambda:eu-west-1:123456789012:function:other-{n}",
        }
    ),
    "buckets": chained(
        lambda n: {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:putObject",
            "Parameters": {"Bucket": f"bucket-{n}", "Key.$": "$.key"},
        }
    ),
    "escapes": lambda count: json.dumps(
        {
            "StartAt": "A",
            "States": {
                "A": {
                    "Type": "Pass",
                    "Parameters": {
                        "a.$": f"States.Array({', '.join(WRONG_CALL for _ in range(count))})"
                    },
                    "End": True,
                }
            },
        }
    ),
    "scopes": nested_scopes,
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", GROWING)
def test_time_grows_with_size_and_no_faster(shape):
    # No time of this machine's is asserted: four times the size may take eight times as long.
    def taken(count):
        text = GROWING[shape](count)
        times = []
        for _ in range(3):  # the least counts: now and then Python collects what others left
            started = time.process_time()
            examined(text)
            times.append(time.process_time() - started)
        return min(times)

    taken(50)
    small, large = taken(1000), taken(4000)
    assert large < 8 * max(small, 0.1)
