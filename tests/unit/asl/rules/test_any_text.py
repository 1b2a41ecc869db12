"""Whatever text stands where AWS evaluates one, the rules have an answer, and a place for it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maestro_cdk.asl.rules import registry
from tests.unit.asl.rules.asking import machine, subject

WORDS = """
    $ $$ $. . .. [ ] ( ) ' " \\ {% %} {} { } States. Format Array ?(@.a == && * , : -1 0 é 😀
    states input result context Map.Item x $x $sum( := ~> |
"""
PIECES = st.sampled_from([*WORDS.split(), " ", "\n"])
TEXTS = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=20))


def everywhere(text):
    """States that hold a text wherever one is evaluated."""
    template = {"a.$": text, "b": text, "c": [text, {"d.$": text}]}
    return machine(
        {
            "A": {"Type": "Pass", "InputPath": text, "Parameters": template, "ResultPath": text},
            "B": {"Type": "Choice", "Choices": [{"Variable": text, "StringEqualsPath": text}]},
            "C": {"Type": "Fail", "ErrorPath": text, "Cause": text},
            "D": {"Type": "Map", "ItemsPath": text, "Assign": {f"{text}.$": text, "x": text}},
            "E": {
                "Type": "Task",
                "QueryLanguage": "JSONata",
                "Arguments": {"a": text, "b": f"{{%{text}%}}", "c.$": text},
                "Output": f"{{%{text}",
                "Assign": {text: f"{{% $x & {text} %}}"},
                "Catch": [{"Output": f"{{% {text} %}}"}],
            },
        }
    )


@pytest.mark.parametrize("ascii_only", [True, False])
@settings(max_examples=100)
@given(TEXTS)
def test_any_text_has_findings_within_the_text_of_the_definition(ascii_only, text):
    written = json.dumps(everywhere(text), ensure_ascii=ascii_only, indent=1)
    lines = written.split("\n")
    for finding in registry.check(subject(written)):
        assert 1 <= finding.where.column <= len(lines[finding.where.line - 1])
        assert finding.message
