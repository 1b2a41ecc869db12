"""Texts that are not evaluated, the context object and variables: what the rules say, and where."""

import pytest

from maestro_cdk.asl.rules import (
    context_object,
    undefined_variables,
    unevaluated,
    unused_variables,
    variable_names,
)
from tests.unit.asl.rules.asking import alone, findings, machine, said, subject


def state(kind="Pass", **fields):
    return machine({"A": {"Type": kind, "End": True, **fields}})


def messages(rule, value):
    return [message for message, *_ in said(rule, value)]


def told(rule, value):
    return [(f.severity, f.message, f.hint) for f in rule.check(subject(value))]


# --- the context object ----------------------------------------------------------------------


def inside_a_map(**fields):
    return machine({"M": {"Type": "Map", "ItemProcessor": alone(**fields), "End": True}})


TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (
            "Pass",
            {"Parameters": {"a.$": "$$", "b.$": "$$.Execution", "c.$": "$$.State.RetryCount"}},
        ),
        ("Pass", {"InputPath": "$$.Execution.Input.any['thing'].at.all"}),
        ("Pass", {"Parameters": {"a.$": "States.Format('{}', $$.StateMachine.Name)"}}),
        ("Map", {"ItemSelector": {"a.$": "$$.Map.Item.Value.x", "b.$": "$$.Map.Item.Index"}}),
        ("Map", {"Parameters": {"a.$": "$$.Map.Item.Source"}}),
        ("Task", {"Resource": TOKEN, "Parameters": {"a.$": "$$.Task.Token"}}),
        ("Task", {"Resource": "${resource}", "Parameters": {"a.$": "$$.Task.Token"}}),
        ("Pass", {"QueryLanguage": "JSONata", "Output": "{% $states.context.Execution.Id %}"}),
        ("Pass", {"QueryLanguage": "JSONata", "Output": "{% $states.input.context.Foo %}"}),
    ],
)
def test_context_object_is_quiet(kind, fields):
    assert said(context_object.RULE, state(kind, **fields)) == []


@pytest.mark.parametrize(
    ("kind", "fields", "message", "place"),
    [
        ("Pass", {"InputPath": "$$.Executions"}, "$$ has no Executions", 'Executions"'),
        ("Pass", {"Parameters": {"a.$": "States.Format('{}', $$.Execution.ID)"}}, "$$.Execution has no ID", 'ID)"'),
        ("Pass", {"QueryLanguage": "JSONata", "Output": "{% $states.context.Foo.a %}"}, "$states.context has no Foo", 'Foo.a %}"'),
        ("Pass", {"InputPath": "$$.Map.Item.Value"}, "the item of a Map is known in its ItemSelector only", '$$.Map.Item.Value"'),
        ("Map", {"ItemsPath": "$$.Map.Item.Value"}, "the item of a Map is known in its ItemSelector only", '$$.Map.Item.Value"'),
        ("Pass", {"InputPath": "$$.Task.Token"}, "there is no task token here", '$$.Task.Token"'),
        ("Task", {"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"a.$": "$$.Task.Token"}}, "there is no task token here", '$$.Task.Token"'),
    ],
)  # fmt: skip
def test_context_object_finds(kind, fields, message, place):
    ((found, where, name),) = said(context_object.RULE, state(kind, **fields))
    assert (found, where.rstrip("}\n "), name) == (message, place, "A")


@pytest.mark.parametrize(("around", "severity"), [(alone, "error"), (inside_a_map, "warning")])
def test_an_item_where_there_is_no_map_is_an_error(around, severity):
    reading = {"Type": "Pass", "InputPath": "$$.Map.Item.Value", "End": True}
    ((found, _, _),) = findings(context_object.RULE, around(**reading))
    assert found == severity


# --- what is not evaluated -------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"Parameters": {"a": "plain", "b": "$5.00", "c": "$LATEST", "d": "States of mind"}},
        {"Parameters": {"a": "States.Nope(1)", "b": "$.${x}", "c": "__path__", "d": {"Ref": "$.x"}}},
        {"Parameters": {"a": "cost: $.5"}},
        {"Result": {"a": "plain"}},
        {"Comment": "$.a"},
        {"QueryLanguage": "JSONata", "Output": {"a": "{% $x %}", "b": "50%", "c": "$LATEST"}},
    ],
)  # fmt: skip
def test_unevaluated_is_quiet(fields):
    assert said(unevaluated.RULE, state(**fields)) == []


@pytest.mark.parametrize(
    ("fields", "message", "hint"),
    [
        ({"Parameters": {"a": {"b": "$.x"}}}, "'$.x' is taken as a text, not evaluated", 'write "b.$"'),
        ({"Parameters": {"a": "$"}}, "'$' is taken as a text, not evaluated", 'write "a.$"'),
        ({"ResultSelector": {"a": "$$.Execution.Id"}}, "'$$.Execution.Id' is taken as a text, not evaluated", 'write "a.$"'),
        ({"ItemSelector": {"a": "States.UUID()"}}, "'States.UUID()' is taken as a text, not evaluated", 'write "a.$"'),
        ({"Parameters": {"a": ["$.x"]}}, "'$.x' is taken as a text, not evaluated", "items of an array are not evaluated; States.Array(...) makes one"),
        ({"Assign": {"v": 1, "w": "$v.x"}}, "'$v.x' is taken as a text, not evaluated", 'write "w.$"'),
        ({"Result": {"a": "$.x"}}, "'$.x' is taken as a text, not evaluated", "a Result is static; use Parameters in its place"),
        ({"Result": {"a.$": "$.x"}}, "a.$ is taken as it stands: a Result is static", "use Parameters in its place"),
        ({"Parameters": "$.x"}, "'$.x' is taken as a text, not evaluated", 'Parameters is an object; its keys that end with ".$" are evaluated'),
        ({"Cause": "$.Cause"}, "'$.Cause' is taken as a text, not evaluated", 'write "CausePath"'),
        ({"Choices": [{"Variable": "$.a", "StringEquals": "$.b"}]}, "'$.b' is taken as a text, not evaluated", 'write "StringEqualsPath"'),
        ({"Parameters": {"a": "{% $x %}"}}, "'{% $x %}' is JSONata, and this state's query language is JSONPath", 'set "QueryLanguage": "JSONata" in the state or the definition'),
        ({"QueryLanguage": "JSONata", "Output": {"a": "$states.input.x"}}, "'$states.input.x' is taken as a text, not evaluated", 'write "{% $states.input.x %}"'),
        ({"QueryLanguage": "JSONata", "Output": ["$.x"]}, "'$.x' is taken as a text, not evaluated", 'write "{% $states.input.x %}"'),
        ({"QueryLanguage": "JSONata", "Output": ["$"]}, "'$' is taken as a text, not evaluated", 'write "{% $states.input %}"'),
        ({"QueryLanguage": "JSONata", "Output": ["$$.State.Name"]}, "'$$.State.Name' is taken as a text, not evaluated", 'write "{% $states.context.State.Name %}"'),
        ({"QueryLanguage": "JSONata", "Output": ["States.UUID()"]}, "'States.UUID()' is taken as a text, not evaluated", "JSONata has functions of its own, in {% ... %}"),
        ({"QueryLanguage": "JSONata", "Output": {"a.$": "$.x"}}, "the key keeps its .$: this state's query language is JSONata", 'write "a": "{% ... %}"'),
        ({"QueryLanguage": "JSONata", "Output": " {% $x %} "}, "' {% $x %} ' is taken as a text: it does not begin with {%", "an expression is the whole text; join its parts with &"),
        ({"QueryLanguage": "JSONata", "Output": "Hi {% $x %}!"}, "'Hi {% $x %}!' is taken as a text: it does not begin with {%", "an expression is the whole text; join its parts with &"),
    ],
)  # fmt: skip
def test_unevaluated_finds(fields, message, hint):
    assert told(unevaluated.RULE, state(**fields)) == [("warning", message, hint)]


# --- variables -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["x", "orderTotal", "a1_b", "größe", "名", "x" * 80, "${name}", "inputs"]
)
def test_variable_names_is_quiet(name):
    assert said(variable_names.RULE, state(Assign={name: 1, f"{name}2"[-80:] + ".$": "$.x"})) == []


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("states", "$states is reserved: it cannot be assigned", "choose another name"),
        ("states.$", "$states is reserved: it cannot be assigned", "choose another name"),
        ("x" * 81, "a variable's name has 80 characters at most, not 81", "shorten it"),
        ("", "'' is no name for a variable", "a name is made of letters, digits and _, and begins with a letter"),
        ("1a", "'1a' is no name for a variable", "a name is made of letters, digits and _, and begins with a letter"),
        ("_a", "'_a' is no name for a variable", "a name is made of letters, digits and _, and begins with a letter"),
        ("a-b", "'a-b' is no name for a variable", "a name is made of letters, digits and _, and begins with a letter"),
        ("a.b", "'a.b' is no name for a variable", "a part of a variable cannot be assigned, only the whole"),
        ("a[0]", "'a[0]' is no name for a variable", "a part of a variable cannot be assigned, only the whole"),
        ("$a", "'$a' is no name for a variable", "here it is written without its $: 'a'"),
    ],
)  # fmt: skip
def test_variable_names_finds(name, message, hint):
    assert told(variable_names.RULE, state(Assign={name: "$.x"})) == [("error", message, hint)]


def test_in_jsonata_a_name_does_not_end_with_a_dollar():
    value = state(QueryLanguage="JSONata", Assign={"a.$": 1})
    ((severity, message, hint),) = told(variable_names.RULE, value)
    assert (severity, message) == ("error", "'a.$' is no name for a variable")
    assert hint == "in a JSONata state, a name has no .$"


def test_an_inner_scope_does_not_assign_what_an_outer_one_does():
    inner = machine({"B": {"Type": "Pass", "Assign": {"x": 1, "y": 2}, "End": True}})
    value = machine(
        {
            "A": {"Type": "Pass", "Assign": {"x": 0}, "Next": "P"},
            "P": {"Type": "Parallel", "Branches": [inner, inner], "End": True},
        }
    )
    message = "$x is a variable of the outer scope (state 'A' assigns it)"
    assert messages(variable_names.RULE, value) == [message, message]


def test_in_a_distributed_map_the_name_of_an_outer_variable_is_a_warning():
    inner = machine({"B": {"Type": "Pass", "Assign": {"x": 1}, "End": True}})
    value = flow(
        ("A", {"Assign": {"x": 0}}),
        ("M", nested("Map", inner, ProcessorConfig={"Mode": "DISTRIBUTED"})),
    )
    assert [severity for severity, *_ in told(variable_names.RULE, value)] == ["warning"]


def flow(*states, **top):
    """States that follow one another: each is a name and its fields."""
    names = [name for name, _ in states]
    following = [{"Next": name} for name in names[1:]] + [{"End": True}]
    every = zip(states, following, strict=True)
    return machine(
        {name: {"Type": "Pass", **fields, **then} for (name, fields), then in every}, **top
    )


def nested(kind, inner, **more):
    key = {"Map": "ItemProcessor", "Parallel": "Branches"}[kind]
    return {"Type": kind, key: [inner] if kind == "Parallel" else {**inner, **more}}


READS = {"QueryLanguage": "JSONata", "Output": "{% $x.y %}"}


@pytest.mark.parametrize(
    "value",
    [
        flow(("A", {"Assign": {"x": 1}}), ("B", READS)),
        flow(("A", {"Assign": {"x.$": "$.a"}}), ("B", {"OutputPath": "$x"})),
        flow(("A", {"Assign": {"x": 1}}), ("B", nested("Map", machine({"C": READS})))),
        flow(("A", {"Assign": {"x": 1}}), ("B", nested("Parallel", machine({"C": READS})))),
        flow(("A", {"QueryLanguage": "JSONata", "Output": "{% ($x := 1; $x) %}"})),
        flow(("A", {"QueryLanguage": "JSONata", "Output": "{% $map($states.input, $string) %}"})),
        flow(("A", {"QueryLanguage": "JSONata", "Output": "{% $x & '${y}' %}"})),
        flow(("A", {"Parameters": {"a": "$x", "b": "$LATEST"}})),
        flow(("A", {"Assign": "${variables}"}), ("B", READS)),
        flow(("A", {"Assign": {"${name}": 1}}), ("B", READS)),
        flow(("A", {"Assign": {"Ref": "Variables"}}), ("B", nested("Map", machine({"C": READS})))),
    ],
)
def test_undefined_variables_is_quiet(value):
    assert said(undefined_variables.RULE, value) == []


@pytest.mark.parametrize(
    ("value", "severity", "message"),
    [
        (flow(("A", READS)), "error", "no state assigns $x"),
        (flow(("A", {"InputPath": "$x"})), "error", "no state assigns $x"),
        (flow(("A", {"Parameters": {"a.$": "States.Array($x)"}})), "error", "no state assigns $x"),
        (
            flow(("A", {"QueryLanguage": "JSONata", "Output": "{% $exists($x) %}"})),
            "warning",
            "no state assigns $x",
        ),
        (
            flow(("A", {**READS, "Assign": {"x": 1}})),
            "error",
            "$x has no value yet: no state before this one assigns it",
        ),
        (
            flow(("A", READS), ("B", {"Assign": {"x": 1}})),
            "error",
            "$x has no value yet: no state before this one assigns it",
        ),
        (
            flow(("A", nested("Map", machine({"C": READS}))), ("B", {"Assign": {"x": 1}})),
            "error",
            "$x has no value yet: no state before this one assigns it",
        ),
        (
            flow(("A", nested("Parallel", flow(("C", {"Assign": {"x": 1}})))), ("B", READS)),
            "error",
            "$x cannot be seen here: it is assigned inside a Parallel or Map only",
        ),
        (
            flow(
                ("A", {"Assign": {"x": 1}}),
                (
                    "B",
                    nested("Map", machine({"C": READS}), ProcessorConfig={"Mode": "DISTRIBUTED"}),
                ),
            ),
            "error",
            "$x cannot be seen in a distributed Map, which is an execution by itself",
        ),
        (
            flow(("A", {"InputPath": "$states.input"})),
            "error",
            "$states is JSONata's, and this state's query language is JSONPath",
        ),
    ],
)
def test_undefined_variables_finds(value, severity, message):
    ((found, text, _),) = told(undefined_variables.RULE, value)
    assert (found, text) == (severity, message)


def test_undefined_variables_names_the_nearest_and_the_place():
    value = flow(("A", {"Assign": {"total": 1}}), ("B", {**READS, "Output": "{% [$totl] %}"}))
    ((severity, message, hint),) = told(undefined_variables.RULE, value)
    assert (severity, message, hint) == (
        "warning",
        "no state assigns $totl",
        "did you mean $total?",
    )
    ((_, where, name),) = said(undefined_variables.RULE, value)
    assert (where, name) == ('$totl] %}"', "B")
    ((*_, hint),) = told(
        undefined_variables.RULE, flow(("A", {**READS, "Output": "{% $state.input %}"}))
    )
    assert hint == "did you mean $states?"


def test_unused_variables():
    assert told(unused_variables.RULE, state(Assign={"x": 1})) == [
        ("info", "$x is assigned, and never read", "remove it, if nothing is to read it")
    ]
    value = flow(("A", {"Assign": {"x": 1}}), ("B", {**READS, "Output": "{% ( $x & '${y}' %}"}))
    assert said(unused_variables.RULE, value) == []
    ((_, where, _),) = said(unused_variables.RULE, state(Assign={"x": 1}))
    assert where == '"x": 1'
