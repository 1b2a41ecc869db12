"""In what two executions differ."""

from maestro_cdk.timeline import comparison, visits
from tests.unit.timeline.test_visits import THEN, entered, exited, history

STARTED = ("ExecutionStarted", {})


def apart(one, two):
    found = comparison.compare(visits.of(history(*one)), visits.of(history(*two)), THEN)
    return {each.name: each for each in found}


def ran(*names, output="1"):
    for name in names:
        yield entered(name, "Pass")
        kind, details = exited(name, "Pass")
        yield kind, {**details, "output": output}


def test_what_is_alike_is_left_out():
    assert apart([STARTED, *ran("A", "B")], [STARTED, *ran("A", "B")]) == {}


def test_a_state_that_one_never_came_to_is_told():
    found = apart([STARTED, *ran("A", "B")], [STARTED, *ran("A")])
    assert list(found) == ["B"]
    assert (found["B"].one.times, found["B"].two) == (1, None)


def test_another_output_is_told():
    found = apart([STARTED, *ran("A")], [STARTED, *ran("A", output="2")])
    assert not found["A"].same_data
    assert (found["A"].one.outputs, found["A"].two.outputs) == (("1",), ("2",))


def test_another_end_is_told():
    boom = [entered("A"), ("TaskScheduled", {}), ("TaskFailed", {"error": "E"}), exited("A")]
    fine = [entered("A"), ("TaskScheduled", {}), ("TaskSucceeded", {}), exited("A")]
    found = apart([STARTED, *boom], [STARTED, *fine])
    assert (found["A"].one.fates, found["A"].two.fates) == (("caught",), ("succeeded",))
    assert found["A"].same_data


def test_items_count_by_their_index_whichever_came_first():
    def items(*order):
        yield STARTED
        yield entered("M", "Map")
        yield ("MapStateStarted", {"length": 2})
        for n, index in enumerate(order):
            yield ("MapIterationStarted", {"index": index}, 3)
            yield entered("X", "Pass")
            yield ("PassStateExited", {"name": "X", "output": str(index)})
            yield ("MapIterationSucceeded", {"index": index})
            assert n < 2

    assert apart(items(0, 1), items(1, 0)) == {}
