"""JSONata expressions: what they refer to, and what is wrong with those that are none."""

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maestro_cdk.asl import jsonata


def names(text, part):
    return [(use.name, use.position) for use in getattr(jsonata.parse(f"{{%{text}%}}"), part)]


def outcome(text):
    """The expression, or why it is none."""
    try:
        return jsonata.parse(text), None
    except jsonata.JsonataError as error:
        return None, error


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$x", [("x", 2)]),
        (" $x.y ", [("x", 3)]),
        ("$x + $y[$z > 1]", [("x", 2), ("y", 7), ("z", 10)]),
        ("$x1 & $x2", [("x1", 2), ("x2", 8)]),
        ("($a := 1; $a + $b)", [("b", 17)]),
        ("function($p){ $p + $q }", [("q", 21)]),
        ("$map($x, function($v, $i){ $v.a & $i })", [("x", 7)]),
        ("$states.input.a@$l.b[c = $l.d]", [("states", 2)]),
        ("$states.input.a#$i.{'n': $i}", [("states", 2)]),
        ("$states.input.a[x]#$i.{'n': $i}", [("states", 2)]),
        ("[$x, {'k': $y}]", [("x", 3), ("y", 13)]),
        ("$x ? $y : $z", [("x", 2), ("y", 7), ("z", 12)]),
        ("-$x", [("x", 3)]),
        ("$x ~> |a|{'b': $y}|", [("x", 2), ("y", 17)]),
        ("$x^(>$y)", [("x", 2), ("y", 7)]),
        ("$x{k: $y}", [("x", 2), ("y", 8)]),
        ("$f(?, $y)", [("y", 8)]),
        ("'$x'", []),
        ("/* $x */ 1", []),
        ("1 /* note */", []),
        ("$x /* note */", [("x", 2)]),
        ("$contains($x, /^[a-z]+$/i)", [("x", 12)]),
        ("$contains($x, /(?<year>[0-9])/)", [("x", 12)]),
    ],
)  # fmt: skip
def test_the_variables_that_are_read_are_known_but_not_those_that_are_bound(text, found):
    assert sorted(names(text, "variables"), key=lambda use: use[1]) == found


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("$states.input.order.id", ["input", "order", "id"]),
        ("$states.context.`Execution`.Id", ["context", "Execution", "Id"]),
        ("$states.'input'.a12[0].b", ["input", "a12"]),
        ("$states[0].input", []),
        ("$states.*.a", []),
        ("$sum($states.input.p1) + 1", ["input", "p1"]),
    ],
)
def test_the_names_behind_a_variable_are_known(text, following):
    (use,) = jsonata.parse(f"{{%{text}%}}").variables
    assert [name for name, _ in use.following] == following
    for name, position in use.following:
        assert f"{{%{text}%}}"[position:].startswith(name)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("phone[0]", [("phone", 2)]),
        ("aaa + bbb", [("aaa", 2), ("bbb", 8)]),
        ("$.phone", [("$", 2)]),
        ("$", [("$", 2)]),
        ("$$", [("$$", 2)]),
        ("$states.input.a[$$.b]", [("$$", 18)]),
        ("*", [("*", 2)]),
        ("**.id", [("**", 2)]),
        ("$map($x, function($v){ b })", [("b", 25)]),
        ("(phone)", [("phone", 3)]),
        ("{'a': b}", [("b", 8)]),
        ("{a: 1}", [("a", 3)]),
        ("$x ? a : b", [("a", 7), ("b", 11)]),
        ("states.input", [("states", 2)]),
        ("$x.y", []),
        ("$x[price > 3]", []),
        ("$x.(name & $)", []),
        ("$x^(price)", []),
        ("$x{name: price}", []),
        ("$x.$sum(prices)", []),
        ("$x ~> |a|{'b': c}|", []),
        ("true and false or null", []),
    ],
)
def test_names_that_are_looked_for_in_nothing_are_known(text, found):
    assert names(text, "outermost") == found


def test_calls_are_known_with_and_without_their_sign():
    assert names("$sum($x) + $nope(1) + ($f := function(){1}; $f())", "calls") == [
        ("sum", 2),
        ("nope", 13),
    ]
    assert names("$x ~> $uppercase", "calls") == []
    assert names("count($x)", "bare") == [("count", 2)]
    assert names("count($x)", "outermost") == []


@pytest.mark.parametrize(
    ("text", "sole"),
    [
        ("$x", True),
        ("$x.y.z", True),
        ("$x[0]", True),
        ("$x & ''", False),
        ("$exists($x)", False),
        ("$x ? 1 : 2", False),
        ("[$x]", False),
        ("$x{'a': 1}", False),
    ],
)
def test_an_expression_that_is_one_path_is_nothing_without_its_variable(text, sole):
    assert jsonata.parse(f"{{%{text}%}}").sole is sole


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("", "it does not begin with {%", 0),
        ("$x %}", "it does not begin with {%", 0),
        ("{% $x", "it does not end with %}", 4),
        ("{%}", "it does not end with %}", 2),
        ("{%%}", "unexpected end of expression", 0),
        ("{% 1 + %}", "unexpected end of expression", 5),
        ("{% $x $y %}", "y cannot stand here", 7),
        ("{% $a == 1 %}", "= cannot stand here", 7),
        ("{% $a && $b %}", "& cannot stand here", 7),
        ("{% $a || $b %}", "| cannot stand here", 6),
        ("{% !$a %}", "! cannot stand here", 3),
        ("{% $a ?: 1 %}", "?: cannot stand here", 6),
        ("{% $a ?? 1 %}", "?? cannot stand here", 6),
        ("{% $.a[?(@.b < 1)] %}", "? cannot stand here", 7),
        ("{% $sum($x %}", "expected ) before end of expression", 9),
        ("{% [1, 2) %}", "expected ], got )", 8),
        ("{% 'abc %}", "string literal must be terminated by a matching quote", 6),
        (r"{% 'a\q' %}", r"\q is no escape", 5),
        ("{% /* x %}", "the expression ends in the middle", 6),
        ("{% $x.1 %}", "the literal value 1 cannot be used as a step within a path expression", 6),
        ("{% $a %} and {% $b %}", "} cannot stand here", 7),
    ],
)  # fmt: skip
def test_what_is_no_expression_is_told_where_and_why(text, message, position):
    with pytest.raises(jsonata.JsonataError) as failure:
        jsonata.parse(text)
    assert (failure.value.message, failure.value.position) == (message, position)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{% $a == 1 %}", "one ="),
        ("{% $a && $b %}", "`and`"),
        ("{% $a || $b %}", "`or`"),
        ("{% !$a %}", "$not(...)"),
        ("{% $a ?: 1 %}", "2.0.6"),
        ("{% $.a[?(@.b < 1)] %}", "JSONPath"),
        ("Hello {% $a %}", "whole text"),
        ("{% $a %} and {% $b %}", "whole text"),
    ],
)
def test_what_other_languages_write_is_translated(text, hint):
    with pytest.raises(jsonata.JsonataError) as failure:
        jsonata.parse(text)
    assert hint in failure.value.hint


def test_digits_of_a_message_are_those_of_the_text():
    with pytest.raises(jsonata.JsonataError, match=r"^expected \], got 437$"):
        jsonata.parse("{% [12 437] %}")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 15_000,
        "[" * 7_500 + "]" * 7_500,
        "$x" + "+1" * 7_900,
        "$x" + ".a" * 7_900 + "[0]",
        "'" + "a" * 40_000 + "'",
        "{" * 15_000,
        "a" + "[0]" * 5_000,
        "a" + ".%" * 190,
        "a" + "^(b)" * 3_900,
        "$x" + "~>$f" * 3_900,
        "$x" + "@$v" * 5_000,
        "/*" * 7_900,
        "/* */" * 3_000,
        "[" + "$a," * 5_000 + "1]",
        "{" + "'a':1," * 2_500 + "'a':1}",
        "/" + "(" * 15_000,
        "function($a){" * 1_200,
    ],
)
def test_hostile_expressions_neither_hang_nor_crash(text):
    before = time.process_time()
    _, error = outcome(f"{{%{text}%}}")
    assert time.process_time() - before < 60
    assert error is None or 0 <= error.position <= len(text) + 4


def test_what_is_too_large_is_told_so():
    with pytest.raises(jsonata.TooLargeError, match="longer than 16000 characters"):
        jsonata.parse("{%'" + "a" * 40_000 + "'%}")
    with pytest.raises(jsonata.TooLargeError, match="more than 200 steps"):
        jsonata.parse("{% $x" + ".a" * 201 + "[0] %}")
    with pytest.raises(jsonata.TooLargeError, match="nested too deep"):
        jsonata.parse("{%" + "[" * 15_900 + "%}")


@settings(max_examples=200)
@given(st.text(alphabet="$abx.[](){}'\"?:;,=<>!&|~^%#@*/\\ 01`\nfunction", max_size=40))
def test_any_text_is_an_expression_or_told_why_not(text):
    written = f"{{%{text}%}}"
    expression, error = outcome(written)
    if error:
        assert 0 <= error.position < len(written)
        assert error.message
        return
    for use in (*expression.variables, *expression.calls, *expression.outermost):
        assert written[use.position :].startswith((use.name, f"${use.name}"))


def test_the_library_is_imported_only_for_what_needs_it():
    script = (
        "import sys; from maestro_cdk.asl import jsonata;"
        "jsonata.parse('{% $states.input.a %}'); print('jsonata.parser' in sys.modules);"
        "jsonata.parse('{% $a + 1 %}'); print('jsonata.parser' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]
