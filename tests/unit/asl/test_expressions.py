"""Where a definition holds what AWS evaluates."""

import pytest

from maestro_cdk.asl import intrinsics, jsonata, jsonpath
from maestro_cdk.asl.expressions import PATHS, paths
from tests.unit.asl.rules.asking import PASS, machine, subject


def found(state, **top):
    """The sites of a definition with one state: (what is behind the state, kind, when)."""
    found = subject(machine({"A": state}, **top))
    return [(site.pointer[2:], site.kind, site.moment) for site in found.sites]


def keys(pointer):
    return ".".join(map(str, pointer))


def kinds(state, **top):
    return {keys(pointer): kind for pointer, kind, _ in found(state, **top)}


def test_every_field_that_holds_a_path_is_known():
    state = {"Type": "Task", **dict.fromkeys(PATHS, "$.a")}
    assert kinds(state) == dict(PATHS)


def test_fields_inside_those_of_a_map_are_known():
    state = {
        "Type": "Map",
        "ItemBatcher": {"MaxItemsPerBatchPath": "$.n", "BatchInput": {"a.$": "$.a"}},
        "ItemReader": {"Parameters": {"b.$": "$.b"}, "ReaderConfig": {"MaxItemsPath": "$.m"}},
        "ResultWriter": {"Parameters": {"c.$": "$.c"}},
    }
    assert kinds(state) == {
        "ItemBatcher.MaxItemsPerBatchPath": "reference",
        "ItemBatcher.BatchInput.a.$": "dynamic",
        "ItemReader.Parameters.b.$": "dynamic",
        "ItemReader.ReaderConfig.MaxItemsPath": "reference",
        "ResultWriter.Parameters.c.$": "dynamic",
    }


def test_a_template_is_looked_into_at_any_depth():
    template = {"a.$": "$.a", "b": [{"c.$": "$.c"}, "$.d"], "e": "no", "f.$": {"g.$": "$.g"}}
    assert kinds({"Type": "Pass", "Parameters": template}) == {
        "Parameters.a.$": "dynamic",
        "Parameters.b.0.c.$": "dynamic",
        "Parameters.b.1": "literal",
        "Parameters.f.$": "dynamic",
    }


def test_what_is_static_is_told_from_what_is_evaluated():
    state = {"Type": "Pass", "Result": {"a.$": "$.a"}}
    assert kinds(state) == {"Result.a.$": "literal"}
    assert kinds({"Type": "Fail", "Error": "$.e", "CausePath": "$.c"}) == {
        "Error": "literal",
        "CausePath": "path or call",
    }


def test_choice_rules_are_looked_into_at_any_depth():
    rules = [
        {
            "And": [{"Variable": "$.a", "StringEquals": "$.b"}, {"Not": {"Variable": "$.c"}}],
            "Assign": {"x.$": "$.d"},
            "Next": "A$",
        },
        {"Variable": "$.e", "NumericEqualsPath": "$.f", "StringMatches": "plain", "Next": "A"},
    ]
    assert kinds({"Type": "Choice", "Choices": rules}) == {
        "Choices.0.And.0.Variable": "reference",
        "Choices.0.And.0.StringEquals": "operand",
        "Choices.0.And.1.Not.Variable": "reference",
        "Choices.0.Assign.x.$": "dynamic",
        "Choices.1.Variable": "reference",
        "Choices.1.NumericEqualsPath": "reference",
    }


def test_it_is_known_when_something_is_evaluated():
    state = {
        "Type": "Task",
        "Parameters": {"a.$": "$.a"},
        "ResultSelector": {"b.$": "$.b"},
        "Assign": {"c.$": "$.c"},
        "Catch": [{"Assign": {"d.$": "$.d"}, "ResultPath": "$.e", "Next": "A"}],
    }
    assert {keys(pointer): moment for pointer, _, moment in found(state)} == {
        "Parameters.a.$": "before",
        "ResultSelector.b.$": "after",
        "Assign.c.$": "after",
        "Catch.0.Assign.d.$": "caught",
        "Catch.0.ResultPath": "before",
    }


def test_jsonata_is_found_wherever_aws_evaluates_it():
    x = "{% $states.input.x %}"
    state = {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Comment": x,
        "Resource": x,
        "Next": x,
        "Label": x,
        "Parameters": {"a": x},
        "Retry": [{"ErrorEquals": [x]}],
        "Arguments": {"Comment": x, "Next": [x, "no", {"Resource": x}]},
        "TimeoutSeconds": x,
        "Credentials": {"RoleArn": x},
        "Output": x,
        "Assign": {"v": x},
        "Catch": [{"ErrorEquals": [x], "Next": x, "Output": {"e": x}}],
    }
    assert {keys(pointer): moment for pointer, _, moment in found(state)} == {
        "Arguments.Comment": "before",
        "Arguments.Next.0": "before",
        "Arguments.Next.2.Resource": "before",
        "TimeoutSeconds": "before",
        "Credentials.RoleArn": "before",
        "Output": "after",
        "Assign.v": "after",
        "Catch.0.Output.e": "caught",
    }


@pytest.mark.parametrize("kind", ["Pass", "Choice", "Wait", "Succeed"])
def test_a_state_without_a_result_has_no_time_after_it(kind):
    state = {"Type": kind, "Output": "{% $states.input %}"}
    assert found(state, QueryLanguage="JSONata") == [(("Output",), "jsonata", "before")]


def test_fields_of_a_map_in_jsonata():
    x = "{% $x %}"
    state = {
        "Type": "Map",
        "Items": [x],
        "ItemSelector": {"Next": x},
        "ItemBatcher": {"MaxItemsPerBatch": x, "BatchInput": {"Comment": x}},
        "ItemReader": {
            "Resource": x,
            "Arguments": {"Bucket": x},
            "ReaderConfig": {"MaxItems": x, "CSVHeaders": [x]},
        },
        "ItemProcessor": machine({"I": {**PASS, "Output": x}}),
    }
    assert sorted(kinds(state, QueryLanguage="JSONata")) == [
        "ItemBatcher.BatchInput.Comment",
        "ItemBatcher.MaxItemsPerBatch",
        "ItemProcessor.States.I.Output",
        "ItemReader.Arguments.Bucket",
        "ItemReader.ReaderConfig.MaxItems",
        "ItemSelector.Next",
        "Items.0",
    ]


def test_what_is_to_become_another_is_not_read():
    template = {
        "a.$": "$.${name}",
        "b.$": {"Fn::Sub": "$.b"},
        "c": {"Ref": "$.c"},
        "d.$": "__path__",
    }
    found = subject(machine({"A": {"Type": "Pass", "Parameters": template}}))
    assert [(site.pointer[-1], site.read) for site in found.sites] == [
        ("a.$", None),
        ("d.$", None),
    ]


def test_a_state_whose_language_is_not_known_has_no_sites():
    state = {"Type": "Pass", "QueryLanguage": "${language}", "Parameters": {"a.$": "b"}}
    assert found(state) == []


@pytest.mark.parametrize(
    ("state", "read"),
    [
        ({"InputPath": "$.a"}, jsonpath.JSONPath),
        ({"InputPath": "$."}, jsonpath.PathError),
        ({"InputPath": "States.UUID()"}, type(None)),
        ({"InputPath": "a"}, type(None)),
        ({"InputPath": None}, type(None)),
        ({"ErrorPath": "States.UUID()"}, intrinsics.Call),
        ({"Parameters": {"a.$": "States.UUID()"}}, intrinsics.Call),
        ({"Parameters": {"a.$": "States.UUID("}}, intrinsics.IntrinsicError),
        ({"Parameters": {"a": "$.a"}}, type(None)),
        ({"Output": "{% $a %}", "QueryLanguage": "JSONata"}, jsonata.Expression),
        ({"Output": "{% $a", "QueryLanguage": "JSONata"}, jsonata.JsonataError),
        ({"Output": "$a", "QueryLanguage": "JSONata"}, type(None)),
    ],
)
def test_a_site_is_read_once_as_what_it_is(state, read):
    found = subject(machine({"A": {"Type": "Pass", **state}}))
    (site,) = found.sites
    assert type(site.read) is read
    assert found.sites[0] is site


def test_the_paths_of_a_site_are_known_with_their_places():
    template = {"a.$": "States.Format('{}', $.b, $c)", "d.$": "$.e"}
    found = subject(machine({"A": {"Type": "Pass", "Parameters": template}}))
    places = [[position for _, position in paths(site)] for site in found.sites]
    assert places == [[20, 25], [0]]
