"""Variables: where they are assigned and read, and which states can see them."""

import time

import pytest

from maestro_cdk.asl import variables
from tests.unit.asl.rules.asking import machine, subject


def chain(*names, **more):
    """States that follow one another, each assigning a variable of its name."""
    states = {
        name: {"Type": "Pass", "Assign": {name: 1}, "Next": following}
        for name, following in zip(names, (*names[1:], "end"), strict=True)
    }
    return machine({**states, "end": {"Type": "Succeed"}}, **more)


def order(value):
    (scope,) = subject(value).variables.scopes.values()
    return variables.order(scope)


def test_assignments_are_found_in_states_rules_and_catchers():
    value = machine(
        {
            "A": {
                "Type": "Task",
                "Assign": {"x.$": "$.x", "y": 1},
                "Catch": [{"Assign": {"e": 1}}, "no"],
            },
            "B": {"Type": "Choice", "Choices": [{"Assign": {"c": 1}}], "Assign": {"x": 2}},
            "C": {"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"z.$": 1}},
            "D": {"Type": "Pass", "Assign": "no"},
        }
    )
    (scope,) = subject(value).variables.scopes.values()
    assert {name: len(several) for name, several in scope.assignments.items()} == {
        "x": 2,
        "y": 1,
        "e": 1,
        "c": 1,
        "z.$": 1,
    }
    assert scope.assignments["e"][0].pointer == ("States", "A", "Catch", 0, "Assign", "e")


def test_scopes_stand_in_one_another_and_a_distributed_map_is_sealed():
    inner = chain("a", ProcessorConfig={"Mode": "DISTRIBUTED"})
    value = machine(
        {
            "P": {"Type": "Parallel", "Branches": [chain("b"), chain("c")]},
            "M": {"Type": "Map", "ItemProcessor": inner},
            "N": {
                "Type": "Map",
                "Iterator": machine({"O": {"Type": "Map", "Iterator": chain("d")}}),
            },
        }
    )
    scopes = subject(value).variables.scopes
    by_name = {name: scope for scope in scopes.values() for name in scope.assignments}
    assert {name: scope.sealed for name, scope in by_name.items()} == {
        "a": True,
        "b": False,
        "c": False,
        "d": False,
    }
    assert {name: scope.holder.name for name, scope in by_name.items()} == {
        "a": "M",
        "b": "P",
        "c": "P",
        "d": "O",
    }
    assert len(list(by_name["a"].enclosing())) == 1
    assert list(by_name["a"].visible()) == [by_name["a"]]
    assert len(list(by_name["d"].visible())) == 3
    assert all(subject(value).variables.assigned(name) for name in "abcd")


def test_uses_are_found_in_both_languages():
    value = machine(
        {
            "A": {
                "Type": "Pass",
                "Parameters": {"a.$": "States.Format('{}', $x.y)", "b.$": "$.n", "c": "$z"},
                "OutputPath": "$y",
            },
            "B": {
                "Type": "Pass",
                "QueryLanguage": "JSONata",
                "Output": "{% $exists($z) and $states.input.b %}",
            },
        }
    )
    found = {(use.name, use.position, use.vital) for use in subject(value).variables.uses}
    assert found == {("x", 20, True), ("y", 0, True), ("z", 11, False)}


def test_a_state_sees_what_those_before_it_assign_and_not_its_own():
    known = order(chain("a", "b", "c"))
    seen = {
        (s, v) for s in ("a", "b", "c", "end") for v in ("a", "b", "c") if known.can_follow(s, v)
    }
    assert seen == {("b", "a"), ("c", "a"), ("c", "b"), ("end", "a"), ("end", "b"), ("end", "c")}


def test_in_a_loop_every_state_comes_after_every_other():
    value = machine(
        {
            "a": {"Type": "Pass", "Assign": {"a": 1}, "Next": "b"},
            "b": {"Type": "Choice", "Assign": {"b": 1}, "Choices": [{"Next": "a"}], "Default": "c"},
            "c": {"Type": "Succeed"},
        }
    )
    known = order(value)
    assert all(known.can_follow(state, name) for state in "abc" for name in "ab")


def test_catchers_lead_on_too():
    value = machine(
        {
            "a": {"Type": "Task", "End": True, "Catch": [{"Assign": {"e": 1}, "Next": "b"}]},
            "b": {"Type": "Succeed"},
        }
    )
    assert order(value).can_follow("b", "e")


def test_a_state_that_is_never_reached_is_not_judged():
    value = machine({"a": {"Type": "Succeed"}, "b": {"Type": "Pass", "Assign": {"x": 1}}})
    assert order(value).can_follow("b", "x")
    assert not order(value).can_follow("a", "x")


@pytest.mark.parametrize("following", ["${next}", 5, None])
def test_transitions_that_are_not_known_leave_the_order_open(following):
    assert order(machine({"a": {"Type": "Pass", "Next": following}})) is None


@pytest.mark.parametrize("start", ["b", 5, ["a"], None])
def test_a_machine_without_a_start_has_no_order(start):
    assert order({"StartAt": start, "States": {"a": {"Type": "Succeed"}}}) is None


def test_three_thousand_states_that_hand_on_a_variable_take_no_time():
    found = subject(chain(*(f"v{n}" for n in range(3_000))))
    (scope,) = found.variables.scopes.values()
    before = time.process_time()
    known = variables.order(scope)
    assert known.can_follow("end", "v0")
    assert not known.can_follow("v0", "v0")
    assert time.process_time() - before < 30  # tried path by path, it takes hours


def test_a_machine_in_which_all_lead_to_all_takes_no_time():
    names = [f"v{n}" for n in range(150)]
    states = {
        name: {"Type": "Choice", "Assign": {name: 1}, "Choices": [{"Next": n} for n in names]}
        for name in names
    }
    (scope,) = subject(machine(states)).variables.scopes.values()
    before = time.process_time()
    assert variables.order(scope).can_follow("v0", "v0")
    assert time.process_time() - before < 30  # tried path by path, it takes hours
