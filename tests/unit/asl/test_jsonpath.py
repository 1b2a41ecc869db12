"""Paths: what they are read as, and what is wrong with those that are none."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maestro_cdk.asl import jsonpath
from maestro_cdk.asl.jsonpath import JSONPath, Step


def outcome(text):
    """The path, or why it is none."""
    try:
        return jsonpath.parse(text), None
    except jsonpath.PathError as error:
        return None, error


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("$", JSONPath("$", None, ())),
        ("$$", JSONPath("$$", None, ())),
        ("$.a", JSONPath("$", None, (Step("names", 2, ("a",)),))),
        ("$$.Execution.Id", JSONPath("$$", None, (Step("names", 3, ("Execution",)), Step("names", 13, ("Id",))))),
        ("$order", JSONPath("$", "order", ())),
        ("$order.no", JSONPath("$", "order", (Step("names", 7, ("no",)),))),
        ("$order[0]", JSONPath("$", "order", (Step("indices", 6, (0,)),))),
        ("$größe", JSONPath("$", "größe", ())),
        ("$.detail-type", JSONPath("$", None, (Step("names", 2, ("detail-type",)),))),
        ("$.@type", JSONPath("$", None, (Step("names", 2, ("@type",)),))),
        ("$['a b']", JSONPath("$", None, (Step("names", 1, ("a b",)),))),
        ("$.['a b']", JSONPath("$", None, (Step("names", 2, ("a b",)),))),
        (r"$['it\'s']", JSONPath("$", None, (Step("names", 1, ("it's",)),))),
        ('$["a", "b"]', JSONPath("$", None, (Step("names", 1, ("a", "b")),))),
        ("$[0].x", JSONPath("$", None, (Step("indices", 1, (0,)), Step("names", 5, ("x",))))),
        ("$[ -1 , 2 ]", JSONPath("$", None, (Step("indices", 1, (-1, 2)),))),
        ("$[1:]", JSONPath("$", None, (Step("slice", 1, (1, None)),))),
        ("$[:-2]", JSONPath("$", None, (Step("slice", 1, (None, -2)),))),
        ("$[*]", JSONPath("$", None, (Step("any", 1),))),
        ("$.*", JSONPath("$", None, (Step("any", 2),))),
        ("$..id", JSONPath("$", None, (Step("descendants", 1), Step("names", 3, ("id",))))),
        ("$..[0]", JSONPath("$", None, (Step("descendants", 1), Step("indices", 3, (0,))))),
        ("$.a.length()", JSONPath("$", None, (Step("names", 2, ("a",)), Step("function", 4, ("length", ""))))),
        ("$.concat($.a, 'b)')", JSONPath("$", None, (Step("function", 2, ("concat", "$.a, 'b)'")),))),
        ("$.a  ", JSONPath("$", None, (Step("names", 2, ("a",)),))),
    ],
)  # fmt: skip
def test_a_path_is_read_step_by_step(text, path):
    assert jsonpath.parse(text) == path


@pytest.mark.parametrize(
    "inner",
    [
        "(@.a)",
        "(@)",
        "(@.price < 10)",
        "(@.price<10)",
        "(@['first name'] == 'x y')",
        '(@.a == "x")',
        "(@.a == 'it\\'s')",
        "(@.a == -1.5e3)",
        "(@.a == true || @.b != null)",
        "(@.species == 'cat' && @.age >= 5)",
        "((@.a || @.b) && !(@.c))",
        "(!@.a)",
        "(@.id == $.wanted)",
        "(@.name =~ /jo.*n/i)",
        "(@.size in ['S', 'M'])",
        "(@.tags contains 'x')",
        "(@.items.length() > 2)",
        "(@.items[0].x == 1)",
        "(@.a anyof [1, 2])",
        "(@.a empty true)",
        "(10 > @.a)",
    ],
)
def test_a_filter_is_read(inner):
    path = jsonpath.parse(f"$.x[?{inner}].y")
    assert path.steps[1] == Step("filter", 3, (inner,))
    assert path.plural == path.steps[1]


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("", "a path begins with $", 0),
        ("a.b", "a path begins with $", 0),
        (" $.a", "a path begins with $", 0),
        ("$23", "'$' is followed by '.' or '[', or ends", 1),
        ("$$23", "'$$' is followed by '.' or '[', or ends", 2),
        ("$$$", "'$$' is followed by '.' or '[', or ends", 2),
        ("$a-b", "'$a' is followed by '.' or '[', or ends", 2),
        ("$.", "the path ends with a dot", 1),
        ("$.a.", "the path ends with a dot", 3),
        ("$..", "the path ends with a dot", 1),
        ("$...a", "too many dots", 1),
        ("$.a b", "a blank in a path; write such a name as ['...']", 3),
        ("$. a", "a blank in a path; write such a name as ['...']", 2),
        ("$.a]", "']' in a path; write such a name as ['...']", 3),
        ("$.a'b", "\"'\" in a path; write such a name as ['...']", 3),
        ("$[", "a bracket is not closed", 1),
        ("$['a", "a bracket is not closed", 1),
        ("$.a[0:3:0]", "a slice in steps of 0 comes to no end", 3),
        ("$[a]", "brackets hold 'names', indices, a slice, * or ?(a filter)", 1),
        ("$[]", "brackets hold 'names', indices, a slice, * or ?(a filter)", 1),
        ("$[1,]", "brackets hold 'names', indices, a slice, * or ?(a filter)", 1),
        ("$['a',]", "brackets hold 'names', indices, a slice, * or ?(a filter)", 1),
        (f"$[{'9' * 5000}]", "brackets hold 'names', indices, a slice, * or ?(a filter)", 1),
        ("$.a.length(", "the arguments of length are not closed", 10),
        ("$[?]", "a filter stands in parentheses: [?(...)]", 3),
        ("$[?@.a]", "a filter stands in parentheses: [?(...)]", 3),
        ("$[?(@.a]", "the bracket of the filter is not closed", 1),
        ("$[?(@.a == 'x)]", "the bracket of the filter is not closed", 1),
        ("$[?(@.a = 1)]", "the parenthesis is not closed here", 8),
        ("$[?(@.a ==)]", "a path, a 'text', a number, true, false or null is expected", 10),
        ("$[?(@.a == = 1)]", "a filter compares with ==", 11),
        ("$[?(1)]", "a value by itself; compare it", 4),
        ("$[?('a' && @.b)]", "a value by itself; compare it", 4),
        ("$[?()]", "a path, a 'text', a number, true, false or null is expected", 4),
        ("$[?(@.a) x]", "the filter goes on behind its parentheses", 9),
        ("$[?(@.a and @.b)]", "the parenthesis is not closed here", 8),
        (f"$[?({'(' * 100}@.a{')' * 100})]", "the filter is nested too deep", 54),
    ],
)
def test_what_is_no_path_is_told_where_and_why(text, message, position):
    with pytest.raises(jsonpath.PathError) as failure:
        jsonpath.parse(text)
    assert (failure.value.message, failure.value.position) == (message, position)


@pytest.mark.parametrize("text", ["$", "$.a.b", "$['a b'][0]", "$.a[-1]", "$name.x", "$$.Map.Item"])
def test_names_and_indices_lead_to_one_value(text):
    assert jsonpath.parse(text).plural is None


@pytest.mark.parametrize(
    "text", ["$.*", "$[*]", "$..a", "$[0,1]", "$['a','b']", "$[1:2]", "$[?(@.a)]", "$.a.length()"]
)
def test_all_else_may_lead_to_several(text):
    assert jsonpath.parse(f"{text}.x").plural is not None


def test_the_names_at_the_beginning_are_known():
    assert jsonpath.parse("$$.Execution['Input'].a[0].b").members == ("Execution", "Input", "a")
    assert jsonpath.parse("$['a','b'].c").members == ()


@given(st.text(alphabet="$@.[]()'\"?*:,-=<>!&|~/\\ ab01\n", max_size=60))
@example("$" + "[" * 40)
@example("$[?(" * 20)
def test_any_text_is_a_path_or_told_why_not(text):
    read, error = outcome(text)
    places = [error.position] if error else [step.position for step in read.steps]
    assert all(0 <= place <= len(text) for place in places)


NAMES = st.text(st.characters(exclude_characters="\\"), min_size=1, max_size=8)


@given(st.lists(NAMES, max_size=5))
def test_any_name_can_stand_in_brackets(names):
    quoted = [name.replace("'", "\\'") for name in names]
    path = jsonpath.parse("$" + "".join(f"['{name}']" for name in quoted))
    assert path.members == tuple(names)
