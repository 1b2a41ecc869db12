"""YAML to the JSON that it stands for, with the places of the YAML."""

import json
import time

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maestro_cdk.asl import document, yaml_document
from maestro_cdk.asl.document import MAX_DEPTH
from maestro_cdk.asl.rules import Subject, registry
from maestro_cdk.errors import ProjectError
from maestro_cdk.services.models import BotocoreModels
from tests.unit.asl import corpus

FILE = "definition.asl.yaml"

plain = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"]))


def some(texts):
    """Values of JSON, other than null by itself."""
    values = st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**30), 10**30)
        | st.floats(allow_nan=False, allow_infinity=False)
        | texts,
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
        max_leaves=25,
    )
    return values.filter(lambda value: value is not None)


def parse(text, **literals):
    return yaml_document.parse(text, file=FILE, literals=literals)


def fault_of(text, **literals):
    with pytest.raises(ProjectError) as caught:
        parse(text, **literals)
    (finding,) = caught.value.findings
    assert finding.where.file == FILE
    return finding


def place_of(finding):
    return finding.where.line, finding.where.column


# --- the value -------------------------------------------------------------------------------


def dumped(value, style, *, flow):
    """A value as PyYAML writes it, every text in one style."""

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, _):
            return True

    def text(dumper, value):
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return yaml.dump(value, Dumper=Dumper, default_flow_style=flow, allow_unicode=True)


@given(some(st.text()), st.booleans())
def test_what_is_written_is_read(value, flow):
    assert parse(dumped(value, '"', flow=flow)).value == value


@given(some(plain), st.sampled_from("'|>"), st.booleans())
def test_what_is_written_in_other_styles_is_read(value, style, flow):
    assert parse(dumped(value, style, flow=flow)).value == value


@given(some(st.text()), st.sampled_from([None, 2]))
@example({"a": "\ud83d\ude00 \ud800"}, None)
def test_json_is_yaml(value, indent):
    text = json.dumps({"": value}, indent=indent)
    assert parse(text).value == json.loads(text)


@given(some(st.text()))
def test_the_text_is_the_json_of_the_value(value):
    found = parse(dumped(value, '"', flow=False))
    assert json.loads(found.text) == value
    assert set(found.spans) == {pointer for pointer, _ in document.walk(found)}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[(word, True) for word in ("true", "True", "TRUE")],
        *[(word, False) for word in ("false", "False", "FALSE")],
        *[(word, None) for word in ("null", "Null", "NULL", "~", "")],
        *[(word, word) for word in ("yes", "no", "on", "off", "y", "n", "Yes", "NO", "tRue")],
        *[(word, word) for word in ("2030-01-01", "2030-01-01T00:00:00Z", "12:30:45", "1_000")],
        *[(word, word) for word in ("08", "012345678901")],
        *[(word, word) for word in ("nan", "inf", "1.2.3", "+", ".", "1e", "0b1", "=")],
        ("0", 0),
        ("-0", 0),
        ("+12", 12),
        ("-12", -12),
        ("1.50", 1.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("-1.5E-3", -0.0015),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("'{% $x %}'", "{% $x %}"),
        ("$.a[*]", "$.a[*]"),
        ("States.Format('{}', $.a)", "States.Format('{}', $.a)"),
        ("|\n  one\n  two", "one\ntwo\n"),
        (">-\n  one\n  two", "one two"),
        ("!!seq [1]", [1]),
        ("!!map {b: 1}", {"b": 1}),
        ("1 # a comment", 1),
    ],
)
def test_a_scalar_is_what_the_core_schema_of_yaml_1_2_says(written, value):
    found = parse(f"a: {written}\n").value["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("010", "010 may be a number to another base than ten"),
        ("-07", "-07 may be a number to another base than ten"),
        ("0o17", "0o17 may be a number to another base than ten"),
        ("0x1F", "0x1F may be a number to another base than ten"),
        (".inf", "JSON has no .inf"),
        ("-.INF", "JSON has no -.INF"),
        (".NaN", "JSON has no .NaN"),
        ("1e999", "1e999 is too large for a number"),
        ("9" * 5000, "a number of too many digits"),
    ],
)
def test_a_number_that_json_does_not_have_is_refused(written, message):
    finding = fault_of(f"a:\n  - {written}\n")
    assert finding.message == message
    assert place_of(finding) == (2, 5)
    assert parse(f'a: "{written}"').value == {"a": written}


@pytest.mark.parametrize("before", ["", "\ufeff", "# a comment\n", "%YAML 1.2\n---\n", "---\n"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_stands_around_a_document_does_not_matter(before, newline):
    text = before + "a: 1\nb:\n  - 2\n...\n"
    assert parse(text.replace("\n", newline)).value == {"a": 1, "b": [2]}


@pytest.mark.slow
def test_white_space_does_not_make_a_definition_too_long():
    value = {"l": [{"a": n} for n in range(30_000)]}
    assert len(json.dumps(value, indent=2)) > 800_000
    found = parse(dumped(value, None, flow=False))
    assert (found.value, found.text) == (value, json.dumps(value, separators=(",", ":")))


# --- substitutions ---------------------------------------------------------------------------


def test_a_token_without_quotes_stands_for_a_number_or_a_boolean():
    text = "a: ${wait}\nb: ${flag}\nc: ${rate}\n"
    assert parse(text, wait=30, flag=False, rate=1.5).value == {"a": 30, "b": False, "c": 1.5}


@pytest.mark.parametrize(
    "written", ['"${wait}"', "'${wait}'", "${wait}s", "x ${wait}", "!!str ${wait}", "|-\n  ${wait}"]
)
def test_a_token_in_a_text_stays_in_it(written):
    (found,) = parse(f"a: {written}\n", wait=30).value.values()
    assert "${wait}" in found


@pytest.mark.parametrize("literals", [None, {}, {"table": "orders"}])
def test_a_token_that_stands_for_a_text_is_one(literals):
    found = yaml_document.parse("a: ${table}\n", file=FILE, literals=literals)
    assert found.value == {"a": "${table}"}


def test_a_token_as_a_key_is_a_text():
    assert parse("${wait}: 1\n", wait=30).value == {"${wait}": 1}


def test_the_text_can_be_rewritten():
    found = parse("a: ${wait}\nb:\n  - ${f}\n  - x\n", wait=30)
    text = found.rewrite({("b", 0): "${FArn}"}, {("a",): "c"})
    assert json.loads(text) == {"c": 30, "b": ["${FArn}", "x"]}


# --- aliases ---------------------------------------------------------------------------------

SHARED = """\
a: &retry
  - ErrorEquals: [States.ALL]
b: *retry
c: [&x one, *x]
"""


def test_an_alias_is_a_copy():
    found = parse(SHARED).value
    assert found["b"] == found["a"] == [{"ErrorEquals": ["States.ALL"]}]
    assert found["b"] is not found["a"]
    assert found["c"] == ["one", "one"]


def test_an_alias_stands_where_it_is_and_what_is_in_it_where_it_was_written():
    found = parse(SHARED)
    assert str(found.where(("b",))) == f"{FILE}:3:4"
    assert str(found.where(("b",), key=True)) == f"{FILE}:3:1"
    assert str(found.where(("b", 0, "ErrorEquals", 0))) == f"{FILE}:2:19"


def test_a_name_that_is_given_again_stands_for_what_came_last():
    assert parse("a: &x 1\nb: &x 2\nc: *x\n").value["c"] == 2


MERGED = """\
base: &base {Type: Task, End: true}
other: &other {Type: Pass, Comment: c}
one:
  <<: *base
  Type: Map
both: {<<: [*base, *other]}
inline: {<<: {a: 1}, "<<": 2}
"""


def test_a_merge_takes_in_what_is_not_there():
    found = parse(MERGED)
    assert found.value["one"] == {"Type": "Map", "End": True}
    assert found.value["both"] == {"Type": "Task", "End": True, "Comment": "c"}
    assert found.value["inline"] == {"a": 1, "<<": 2}
    assert str(found.where(("one", "End"))) == f"{FILE}:1:31"
    assert found.findings == ()


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("a: *b\n", "*b stands for nothing above it", (1, 4)),
        ("a: &a [*a]\n", "*a stands inside of what it stands for", (1, 8)),
        ("a: &a\n  b: {<<: *a}\n", "*a stands inside of what it stands for", (2, 11)),
        ("<<: 1\n", "<< takes a mapping, or a list of mappings", (1, 5)),
        ("<<: [{}, 1]\n", "<< takes a mapping, or a list of mappings", (1, 10)),
        ("a: &a [1]\n*a : 2\n", "a key is a text", (2, 1)),
    ],
)
def test_an_alias_that_leads_nowhere_is_refused(text, message, place):
    finding = fault_of(text)
    assert (finding.message, place_of(finding)) == (message, place)


def test_an_alias_may_be_a_key():
    assert parse("a: &a name\n*a : 2\n").value == {"a": "name", "name": 2}


# --- what would take too long ----------------------------------------------------------------


HANGING = 30
"""Seconds of a processor: what is followed blindly takes hours."""


def laughs(levels, width):
    lines = ["a0: &a0 [lol]"]
    lines += [f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * width)}]" for n in range(levels)]
    return "\n".join(lines)


def merges(levels):
    lines = ["a0: &a0 {k0: 1}"]
    lines += [f"a{n + 1}: &a{n + 1} {{<<: *a{n}, k{n + 1}: 1}}" for n in range(levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        laughs(20, 9),
        laughs(200, 2),
        merges(3000),
        f'a: &a "{"x" * 500_000}"\nb: [{"*a, " * 100_000}]',
    ],
    ids=["billion laughs", "many levels", "merges", "a long text"],
)
def test_aliases_of_aliases_are_refused_before_they_are_followed(text):
    begun = time.process_time()
    finding = fault_of(text)
    assert finding.message == "aliases make more than 2,097,152 characters of it"
    assert time.process_time() - begun < HANGING


def test_aliases_may_come_to_much():
    text = f'a: &a "{"x" * 1000}"\nb: [{"*a, " * 1000}]'
    assert len(parse(text).value["b"]) == 1000


def nested(levels):
    return "".join(f"{' ' * n}a:\n" for n in range(levels - 1)) + " " * levels + "a: 1\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (nested(MAX_DEPTH + 1), (MAX_DEPTH, MAX_DEPTH)),
        ("[" * 1_000_000, (1, MAX_DEPTH + 1)),
        ("{a: " * 250_000, (1, 4 * MAX_DEPTH + 1)),
        ("- " * 500_000, (1, 2 * MAX_DEPTH + 1)),
        (laughs(MAX_DEPTH, 1), (MAX_DEPTH, 14)),
    ],
    ids=["blocks", "lists", "mappings", "items", "aliases"],
)
def test_nesting_is_bounded(text, place):
    begun = time.process_time()
    finding = fault_of(text)
    assert finding.message == f"nested deeper than {MAX_DEPTH} levels"
    assert place_of(finding) == place
    assert time.process_time() - begun < HANGING


def test_the_deepest_that_is_read():
    found = parse(nested(MAX_DEPTH))
    for _ in range(MAX_DEPTH):
        (inner,) = found.value.values()
        found = document.Document(file="", text="", value=inner, spans={}, keys={})
    assert found.value == 1


@pytest.mark.slow
def test_a_megabyte_takes_four_times_as_long_as_a_quarter_of_it():
    def taken(states):
        state = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "${f}", "Payload": {"a.$": "$.x", "l": [1, 2, 3]}},
            "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}],
            "End": True,
        }
        value = {"StartAt": "S0", "States": {f"S{n}": state for n in range(states)}}
        text = dumped(value, None, flow=False)
        begun = time.process_time()
        assert parse(text).value == value
        return time.process_time() - begun, len(text)

    taken(50)
    (small, _), (large, size) = taken(1000), taken(4000)
    assert size > 1_000_000
    assert large < 8 * max(small, 0.05)  # no time of this machine's is asserted


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message", "hint", "place"),
    [
        ("", "the definition is empty", "StartAt", (1, 1)),
        ("# nothing\n", "the definition is empty", "StartAt", (1, 1)),
        ("---\n", "the definition is empty", "StartAt", (1, 1)),
        ("a: 1\n---\nb: 2\n", "a second document begins", "is one", (2, 1)),
        ("1: a\n", "a key is a text", '"1"', (1, 1)),
        ("a:\n  null: 1\n", "a key is a text", '"null"', (2, 3)),
        ("true: 1\n", "a key is a text", '"true"', (1, 1)),
        ("? [1]\n: 2\n", "a key is a text, and neither mapping nor list", "quotes", (1, 3)),
        ("a: {{ x }}\n", "a key is a text, and neither mapping nor list", "quotes", (1, 5)),
        ("a:\n\t- b\n", "a tab stands where only spaces may", "indent by spaces", (2, 1)),
        ("a: {% $x %}\n", "a JSONata expression without quotes", "'{% ... %}'", (1, 4)),
        ("a: @x\n", "'@' cannot begin a text", "quotes", (1, 4)),
        ("a: **b\n", "did not find expected alphabetic or numeric character", "quotes", (1, 5)),
        ("a: b: c\n", "mapping values are not allowed in this context", "quotes", (1, 5)),
        ("a: - b\n", "block sequence entries are not allowed in this context", "list", (1, 4)),
        ("a:\n  b: 1\n c: 2\n", "did not find expected key", "indentation", (3, 2)),
        ("- a\nb: c\n", "did not find expected '-' indicator", "indentation", (2, 1)),
        ("{a: ${x}}\n", "did not find expected ',' or '}'", "quotes", (1, 6)),
        ('a: "x\n', "found unexpected end of stream", "closing quote", (1, 6)),
        ('a: "\\q"\n', "found unknown escape character", "backslash", (1, 5)),
        ("a: \x01\n", "the character U+0001 cannot stand in YAML", "\\u", (1, 4)),
        ("a: \ud800\n", "the character U+D800 cannot stand in YAML", "\\u", (1, 4)),
        ("a: !GetAtt F.Arn\n", "the tag !GetAtt means nothing", '"${name}"', (1, 4)),
        ("a: !Sub x\n", "the tag !Sub means nothing", "[workflow.substitutions]", (1, 4)),
        ("a: !!python/object:x {}\n", "the tag !!python/object:x means", "the value", (1, 4)),
        ("a: !!float 1\n", "the tag !!float means nothing", "write the value itself", (1, 4)),
        ("a: !!map [1]\n", "the tag !!map means nothing", "write the value itself", (1, 4)),
    ],
)
def test_what_is_no_definition_is_refused_with_its_place(text, message, hint, place):
    finding = fault_of(text)
    assert (finding.rule, finding.severity) == ("yaml-syntax", "error")
    assert finding.message.startswith(message)
    assert hint in finding.hint
    assert place_of(finding) == place


def test_keys_that_come_twice_are_found():
    found = parse("a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert found.value == {"a": 3, "b": {"c": 2}}
    assert [(f.rule, place_of(f), f.message) for f in found.findings] == [
        ("duplicate-key", (2, 11), "'c' is written twice in one mapping (first in line 2)"),
        ("duplicate-key", (3, 1), "'a' is written twice in one mapping (first in line 1)"),
    ]


def test_a_key_that_comes_twice_in_what_is_repeated_is_found_once():
    assert len(parse("a: &a {b: 1, b: 2}\nc: *a\nd: *a\n").findings) == 1


# --- places ----------------------------------------------------------------------------------


@given(st.dictionaries(plain, st.lists(plain), min_size=1), st.sampled_from(["\n", "\r\n"]))
def test_every_text_is_found_where_it_stands(value, newline):
    lines = ["# \U0001f600", "---"]
    for key, texts in value.items():
        lines.append(f"{json.dumps(key, ensure_ascii=False)}: # é")
        lines += [f"  - {json.dumps(text, ensure_ascii=False)}" for text in texts]
        lines += ["  []"] * (not texts)
    found = parse(newline.join(lines))
    assert found.value == value
    for pointer, inner in document.walk(found):
        if isinstance(inner, str):
            where = found.where(pointer)
            written = json.dumps(inner, ensure_ascii=False)
            assert lines[where.line - 1][where.column - 1 :].startswith(written)


def test_places_are_those_of_the_yaml():
    found = parse("StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next:\n    List: [1, {b: 2}]\n")
    places = {
        (): (1, 1),
        ("StartAt",): (1, 10),
        ("States",): (2, 1),  # a block is found at its key
        ("States", "A"): (3, 3),
        ("States", "A", "Type"): (4, 11),
        ("States", "A", "Next"): (5, 5),  # and what is empty
        ("States", "A", "List"): (6, 11),
        ("States", "A", "List", 1, "b"): (6, 19),
        ("States", "A", "nothing", "at", "all"): (3, 3),
    }
    for pointer, (line, column) in places.items():
        where = found.where(pointer)
        assert (where.line, where.column) == (line, column), pointer
    assert str(found.where(("States", "A", "Type"), key=True)) == f"{FILE}:4:5"
    assert str(found.where((), key=True)) == f"{FILE}:1:1"


# --- anything --------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *"\n\n\n   :-?[]{},#&*!|>'\"%@`~<\t\x85\u2028\x00\ufeffé",
        *("- ", ": ", "a", "b: ", "&a ", "*a", "<<: ", "!!str ", "---\n", "...\n", "\r\n"),
        *("${x}", "{% ", "1", "0x"),
    ]
)


@given(st.text() | st.lists(PIECES, max_size=60).map("".join))
@settings(max_examples=500, deadline=2000)
def test_any_text_is_read_or_refused(text):
    try:
        found = parse(text, x=1)
    except ProjectError as error:
        (finding,) = error.findings
        assert finding.where.line <= text.count("\n") + 1
    else:
        assert json.loads(found.text) == found.value
        for pointer, _ in document.walk(found):
            assert found.where(pointer).line <= text.count("\n") + 1


@pytest.mark.skipif(not corpus.PRESENT, reason=corpus.WHY)
def test_what_others_wrote_means_the_same_in_yaml():
    definitions = corpus.definitions()
    assert len(definitions) > 700
    for path in definitions:
        written = document.parse(path.read_text("utf-8"), file=FILE)
        found = yaml_document.parse(yaml.safe_dump(written.value, sort_keys=False), file=FILE)
        assert found.value == written.value, path
        assert judged(found) == judged(written), path


def judged(found):
    findings = registry.check(Subject(document=found, services=BotocoreModels()))
    # The places differ, and with them the order.
    return sorted((finding.rule, finding.message, finding.state or "") for finding in findings)


@pytest.mark.parametrize(
    "written",
    [
        "$.a..",
        '"$.a.."',
        "'$.a..'",
        "|\n      $.a..\n",
        "|-\n      # no comment\n        but $.a.. text\n      and more\n",
        ">-\n      $.a..\n",
        "&anchor |2+\n      $.a..\n\n",
    ],
)
def test_a_character_of_a_text_is_found_where_it_stands_as_it_is(written):
    text = f"StartAt: A\nStates:\n  A:\n    InputPath: {written}\n    Type: Pass\n"
    found = yaml_document.parse(text, file=FILE)
    at = ("States", "A", "InputPath")
    where = found.inside(at, found.value["States"]["A"]["InputPath"].index(".."))
    line = text.split("\n")[where.line - 1]
    assert line[where.column - 1 :].startswith("..") or where == found.where(at)
    assert ("&" in written) == (where == found.where(at))


@pytest.mark.parametrize(
    "written", ['"\\u0024.a.."', ">-\n      a\n      $.a..\n", "'it''s $.a..'"]
)
def test_a_character_of_a_text_that_is_written_otherwise_is_where_the_text_begins(written):
    text = f"StartAt: A\nStates:\n  A:\n    InputPath: {written}\n    Type: Pass\n"
    found = yaml_document.parse(text, file=FILE)
    at = ("States", "A", "InputPath")
    assert found.inside(at, 3) == found.where(at)
