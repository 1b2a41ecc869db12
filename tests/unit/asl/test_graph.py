"""The flow of control is what the definition says, found without recursion."""

import json

from hypothesis import given
from hypothesis import strategies as st

from maestro_cdk.asl import graph, machines
from tests.unit.asl.test_document import parse


def of(states, start="A"):
    """The graph of a machine."""
    text = json.dumps({"StartAt": start, "States": states})
    (machine,) = machines.machines(parse(text))
    return graph.graph(machine)


def to(*names):
    """A Choice that leads to some states."""
    return {"Type": "Choice", "Choices": [{"Next": name} for name in names]}


END = {"Type": "Succeed"}


def test_every_way_is_an_edge_at_its_place():
    state = {
        "Type": "Task",
        "Next": "B",
        "Default": "C",
        "Choices": [{"Next": "B"}],
        "Catch": [{"ErrorEquals": []}, {"Next": "A"}],
    }
    found = of({"A": state, "B": END, "C": END})
    assert [(edge.way, edge.target, edge.pointer[2:]) for edge in found.edges["A"]] == [
        ("Next", "B", ("Next",)),
        ("Default", "C", ("Default",)),
        ("Choices", "B", ("Choices", 0, "Next")),
        ("Catch", "A", ("Catch", 1, "Next")),
    ]
    assert found.following["A"] == ("B", "C", "A")


def test_what_leads_nowhere_is_open():
    found = of(
        {
            "A": to("B", "Gone"),
            "B": {"Type": "Pass"},
            "C": {"Type": "Pass", "Next": 7},
            "D": {"Type": "Pass", "Next": "${next}"},
            "E": {"Type": "Task", "Next": "F", "Catch": [{}]},
            "F": END,
            "G": 1,
            "H": {"Type": "Task", "Next": "F", "Catch": None},
            "I": {"Type": "Pass", "End": True},
        },
        start="Z",
    )
    assert found.loose == {"A", "B", "C", "D", "E", "G", "H"}
    assert found.following["A"] == ("B",)
    assert found.start is None


def test_what_ends():
    ending = [END, {"Type": "Fail"}, {"Type": "Pass", "End": True}, {"End": "${last}"}]
    assert all(graph.ends(state) for state in ending)
    going = [{"Type": "Pass"}, {"Type": "Pass", "End": False}, {"End": "true"}, 1]
    assert not any(graph.ends(state) for state in going)


def test_reachable_and_leading_to():
    found = of({"A": to("B"), "B": to("C"), "C": END, "D": to("C")})
    assert graph.reachable(found, ["A"]) == {"A", "B", "C"}
    assert graph.leading_to(found, ["C"]) == {"A", "B", "C", "D"}
    assert graph.leading_to(found, ["A"]) == {"A"}


def test_groups_and_loops():
    found = of({"B": to("A"), "A": to("B", "C"), "C": to("C", "D"), "D": END})
    everything = found.edges.keys()
    assert graph.components(found, everything) == [("B", "A"), ("C",), ("D",)]
    assert graph.loops(found, everything) == [("B", "A"), ("C",)]
    assert graph.loops(found, {"A", "C", "D"}) == [("C",)]


def test_sources_stand_for_what_is_behind_them():
    found = of(
        {"A": to("B"), "B": to("C", "D"), "C": to("B"), "D": END, "E": to("D"), "F": to("F")}
    )
    assert sorted(graph.sources(found, found.edges.keys())) == [("A", 2), ("E", 1), ("F", 0)]
    assert graph.sources(found, {"B", "C"}) == [("B", 1)]
    assert graph.sources(found, set()) == []


def test_a_long_chain_and_a_long_loop():
    names = [f"S{n}" for n in range(10_000)]
    chain = of(dict(zip(names, [*map(to, names[1:]), END], strict=True)), start="S0")
    assert len(graph.components(chain, chain.edges.keys())) == 10_000
    loop = of(dict(zip(names, [*map(to, names[1:]), to("S0")], strict=True)), start="S0")
    assert graph.loops(loop, loop.edges.keys()) == [tuple(names)]


LETTERS = "ABCDEF"


@given(
    st.dictionaries(
        st.sampled_from(LETTERS), st.lists(st.sampled_from(LETTERS), max_size=3), min_size=1
    )
)
def test_groups_are_those_that_lead_to_each_other(edges):
    states = {
        name: to(*[other for other in others if other in edges]) for name, others in edges.items()
    }
    found = of(states)
    reach = {name: graph.reachable(found, [name]) for name in edges}
    expected = {frozenset(other for other in reach[name] if name in reach[other]) for name in edges}
    groups = graph.components(found, edges.keys())
    assert {frozenset(group) for group in groups} == expected
    assert len(groups) == len(expected)
    for n, group in enumerate(groups):  # none leads back to one before it
        for other in groups[:n]:
            assert not reach[group[0]] & set(other)
    for name in edges:
        assert graph.leading_to(found, [name]) == {o for o in edges if name in reach[o]}
