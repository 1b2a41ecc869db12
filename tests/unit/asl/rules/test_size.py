"""A definition keeps some distance from the size that AWS takes."""

import pytest

from maestro_cdk.asl.rules import size
from tests.unit.asl.rules.asking import PASS, findings, machine

RULE = size.RULE


def of_size(characters):
    empty = len(machine_text(""))
    return machine_text("x" * (characters - empty))


def machine_text(comment):
    return f'{{"Comment": "{comment}", "StartAt": "A", "States": {{"A": {{"Type": "Succeed"}}}}}}'


@pytest.mark.parametrize("characters", [1000, 943_718])
def test_quiet(characters):
    assert findings(RULE, of_size(characters)) == []


@pytest.mark.parametrize(
    ("characters", "severity"), [(943_719, "warning"), (1_048_576, "warning"), (1_048_577, "error")]
)
def test_finds(characters, severity):
    ((found, message, _),) = findings(RULE, of_size(characters))
    assert found == severity
    assert message == f"the definition has {characters:,} characters; AWS takes 1,048,576"


def test_a_folder_that_is_too_large_is_refused_elsewhere():
    assert findings(RULE, of_size(1_048_577), functions={}) == []
    assert findings(RULE, machine({"A": PASS}), functions={}) == []
