"""Text to values that know their place, and back."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maestro_cdk.asl import document
from maestro_cdk.errors import ProjectError
from maestro_cdk.model import SourceRef

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=25,
)


def parse(text, **literals):
    return document.parse(text, file="definition.asl.json", literals=literals)


def fault_of(text, **literals):
    with pytest.raises(ProjectError) as caught:
        parse(text, **literals)
    (finding,) = caught.value.findings
    return finding


def at(value, pointer):
    for step in pointer:
        value = value[step]
    return value


# --- what is JSON ----------------------------------------------------------------------------


@given(values, st.sampled_from([None, 0, 1, 4, "\t"]), st.booleans())
@example("\u2028\u2029\x7f\ud800", None, True)
def test_every_json_value_is_read_as_the_standard_library_reads_it(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert parse(text).value == json.loads(text)


@given(values, st.sampled_from([None, 2, "\t"]))
def test_every_span_holds_the_text_of_its_value(value, indent):
    found = parse(json.dumps(value, indent=indent))
    pointers = [pointer for pointer, _ in document.walk(found)]
    assert set(pointers) == set(found.spans)
    for pointer in pointers:
        start, end = found.spans[pointer]
        assert json.loads(found.text[start:end]) == at(found.value, pointer)


@given(st.dictionaries(st.text(), values, max_size=6))
def test_every_key_knows_where_it_stands(value):
    found = parse(json.dumps(value, indent=1))
    for name in value:
        key, end = json.JSONDecoder().raw_decode(found.text, found.keys[(name,)])
        assert key == name
        assert found.text[end] == ":"


@given(values)
def test_nothing_rewritten_is_nothing_changed(value):
    text = json.dumps(value, indent=3) + "\n\n"
    assert parse(text).rewrite({}) == text


@given(values, st.text())
def test_rewriting_one_text_leaves_all_else_to_the_byte(value, new):
    found = parse(json.dumps(value, indent=2))
    for pointer, old in document.walk(found):
        if not isinstance(old, str):
            continue
        start, end = found.spans[pointer]
        written = found.rewrite({pointer: new})
        tail = len(found.text) - end
        assert written[:start] == found.text[:start]
        assert written[len(written) - tail :] == found.text[end:]
        assert json.loads(written[start : len(written) - tail]) == new


def test_number_formats_the_order_of_keys_and_white_space_survive_a_rewrite():
    text = '{ "b" : 1.50e+3,\r\n\t"a":-0 , "c":"old" }\r\n'
    assert parse(text).rewrite({("c",): 'n"ew'}) == text.replace('"old"', '"n\\"ew"')


def test_rewriting_a_key_leaves_the_rest_as_it_was():
    text = '{ "a\\"b" : {"x": [1, {"y":2}]} }'
    found = parse(text)
    assert found.rewrite({}, {('a"b', "x"): 'n"ew'}) == text.replace('"x"', '"n\\"ew"')
    assert found.rewrite({}, {('a"b',): "c"}) == text.replace('"a\\"b"', '"c"')


def test_a_rewritten_text_can_always_be_written_as_utf_8():
    written = parse('{"a": "\\ud800"}').rewrite({("a",): "\ud800 and more"})
    assert json.loads(written.encode("utf-8")) == {"a": "\ud800 and more"}


@pytest.mark.parametrize(
    "text", ["0", "-0", "1.0", "1e5", "1E-5", "-12.5e+3", "123456789012345678901234567890"]
)
def test_numbers_keep_their_kind(text):
    value = parse(text).value
    assert value == json.loads(text)
    assert type(value) is type(json.loads(text))


# --- positions -------------------------------------------------------------------------------


def test_lines_and_columns_count_from_one():
    found = parse('{\n  "A": [1,\n\t{"b": "c"}]\n}')
    assert str(found.where(())) == "definition.asl.json:1:1"
    assert str(found.where(("A",))) == "definition.asl.json:2:8"
    assert str(found.where(("A",), key=True)) == "definition.asl.json:2:3"
    assert str(found.where(("A", 0))) == "definition.asl.json:2:9"
    assert str(found.where(("A", 1, "b"))) == "definition.asl.json:3:8"
    assert str(found.where(("A", 1, "b"), key=True)) == "definition.asl.json:3:3"


def test_a_value_that_is_not_there_is_where_its_holder_is():
    found = parse('{"A":\n {"b": 1}}')
    assert found.where(("A", "missing", 3)) == found.where(("A",))
    assert found.where(("missing",)) == SourceRef(file="definition.asl.json", line=1, column=1)


def test_windows_line_ends_move_no_column():
    found = parse('{\r\n  "A": 1,\r\n  "B": 2\r\n}\r\n')
    assert str(found.where(("B",))) == "definition.asl.json:3:8"


def test_a_byte_order_mark_moves_no_column():
    assert str(parse('\ufeff{"A": 1}').where(("A",))) == "definition.asl.json:1:7"


def test_columns_count_characters_not_bytes():
    assert str(parse('{"ü😀": 1}').where(("ü😀",))) == "definition.asl.json:1:8"


# --- faults ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", "1:1", "the definition is empty"),
        (" \n\t ", "1:1", "the definition is empty"),
        ('{"a": 1,}', "1:8", "a comma stands before '}'"),
        ("[1,\n2,\n]", "2:2", "a comma stands before ']'"),
        ('{"a": 1\n "b": 2}', "1:8", "a comma or '}' is missing"),
        ("[1 2]", "1:3", "a comma or ']' is missing"),
        ("[01]", "1:3", "a comma or ']' is missing"),
        ("[1.]", "1:3", "a comma or ']' is missing"),
        ('{"a": 1]', "1:8", "a comma or '}' is missing"),
        ("[\n1,\n2", "3:2", "the array that begins in line 1 is not closed"),
        ('{"a":\n{"b": 1', "2:8", "the object that begins in line 2 is not closed"),
        ('{"a":', "1:6", "the definition ends in the middle"),
        ('{"a" 1}', "1:5", "a colon is missing after 'a'"),
        ("{a: 1}", "1:2", 'a key in "..." is expected'),
        ("{'a': 1}", "1:2", 'a key in "..." is expected'),
        ("['a']", "1:2", "a text stands in single quotes"),
        ('{"a": }', "1:7", "a value is missing before '}'"),
        ("[,1]", "1:2", "a value is expected, not ','"),
        ("[+1]", "1:2", "a value is expected, not '+1'"),
        ("[.5]", "1:2", "a value is expected, not '.5'"),
        ("[tru]", "1:2", "a value is expected, not 'tru'"),
        ("[NaN]", "1:2", "NaN is not a number in JSON"),
        ("[Infinity]", "1:2", "Infinity is not a number in JSON"),
        ("[-Infinity]", "1:2", "-Infinity is not a number in JSON"),
        ("[-]", "1:2", "- is not a number in JSON"),
        ("[True]", "1:2", "True is not JSON"),
        ("[None]", "1:2", "None is not JSON"),
        ("// why\n{}", "1:1", "a comment"),
        ("[1 // why\n]", "1:4", "a comment"),
        ("[1, // why\n2]", "1:5", "a comment"),
        ('{"a": 1 /* why */}', "1:9", "a comment"),
        ('{"a": 1, # why\n"b": 2}', "1:10", "a comment"),
        ('{"a" // why\n: 1}', "1:6", "a comment"),
        ("{} // why", "1:4", "a comment"),
        ("{} x", "1:4", "text after the end of the definition"),
        ('{"a": 1}}', "1:9", "text after the end of the definition"),
        ('{"a": "b', "1:7", "a text has no closing quote"),
        ('{"a": "b\tc"}', "1:9", "invalid control character"),
        ('{"a": "b\\x"}', "1:9", "invalid \\escape"),
        ('{"a": "\\u12"}', "1:9", "invalid \\uXXXX escape"),
        ("9" * 5000, "1:1", "a number of too many digits"),
        ("[-1e999]", "1:2", "a number that is too large"),
    ],
)
def test_a_fault_is_named_with_its_line_and_column(text, place, message):
    finding = fault_of(text)
    assert f"{finding.where.line}:{finding.where.column}" == place
    assert finding.message == message
    assert (finding.rule, finding.severity) == ("json-syntax", "error")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[True]", "JSON writes true"),
        ("[None]", "JSON writes null"),
        ("['a']", 'JSON takes "..."'),
        ("[1,]", "remove it"),
        ("[1 // why\n]", 'JSON has no comments; a state and a machine may hold a "Comment"'),
    ],
)
def test_a_fault_that_has_a_usual_cure_names_it(text, hint):
    assert fault_of(text).hint == hint


@given(st.text(alphabet='{}[]",:\\ \n\ttruefalsn0123456789.-+eE$u', max_size=40))
def test_whatever_the_standard_library_refuses_is_refused_with_a_place_in_the_text(text):
    try:
        expected = json.loads(text, parse_constant=pytest.fail)
    except ValueError:
        where = fault_of(text).where
        lines = text.split("\n")
        assert 1 <= where.line <= len(lines)
        assert 1 <= where.column <= len(lines[where.line - 1]) + 1
    else:
        assert parse(text).value == expected


def test_depth_has_an_end_that_is_no_crash():
    deepest = document.MAX_DEPTH
    found = parse("[" * deepest + "]" * deepest)
    assert len(found.spans) == deepest
    assert "500 levels" in fault_of("[" * 100_000).message


def test_a_key_written_twice_is_a_finding_and_the_last_one_counts():
    found = parse('{"A": 1,\n "B": 2,\n "A": 3}')
    (finding,) = found.findings
    assert found.value == {"A": 3, "B": 2}
    assert (finding.rule, finding.severity) == ("duplicate-key", "error")
    assert str(finding.where) == "definition.asl.json:3:2"
    assert "first in line 1" in finding.message


def test_one_key_in_two_objects_is_no_duplicate():
    assert parse('[{"A": {"A": 1}}, {"A": 1}]').findings == ()


# --- bytes -----------------------------------------------------------------------------------


def test_bytes_that_are_not_utf_8_are_named_with_their_line():
    with pytest.raises(ProjectError) as caught:
        document.decode(b'{\n"a": "\xe4"}', file="d")
    (finding,) = caught.value.findings
    assert (finding.message, finding.where.line) == ("byte 0xe4 is not UTF-8", 2)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_utf_8_is_read_with_and_without_a_mark(mark):
    assert document.decode(mark + "ü".encode(), file="d") == "ü"


# --- unquoted tokens -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "written"), [(5, "5"), (2.5, "2.5"), (True, "true"), ("text", '"text"')]
)
def test_an_unquoted_token_stands_for_its_value(value, written):
    found = parse('{"Seconds": ${wait} }', wait=value)
    assert found.value == {"Seconds": value}
    assert found.rewrite({}) == f'{{"Seconds": {written} }}'


def test_an_unquoted_token_without_a_value_is_a_fault():
    finding = fault_of('{"Seconds": ${wait}}', other=1)
    assert finding.message == "${wait} is not defined"
    assert finding.where.column == 13


def test_by_itself_a_definition_may_hold_any_token():
    found = document.parse('{"a": ${x}, "b": [${y.z}]}', file="d", literals=None)
    assert found.value == {"a": None, "b": [None]}


def test_tokens_in_texts_are_texts():
    assert parse('{"a": "${x}"}', x=1).value == {"a": "${x}"}


# --- one member ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"TimeoutSeconds": 5, "a": 1}', '{"TimeoutSeconds": 60, "a": 1}'),
        ("{}", '{"TimeoutSeconds": 60}'),
        ('{\n  "a": 1\n}', '{\n  "TimeoutSeconds": 60,\n  "a": 1\n}'),
        ('{ "a": 1 }', '{ "TimeoutSeconds": 60, "a": 1 }'),
        ("{\n}", '{"TimeoutSeconds": 60\n}'),
    ],
)
def test_a_member_is_set_and_the_rest_stays(text, expected):
    assert document.with_member(text, "TimeoutSeconds", "60") == expected
