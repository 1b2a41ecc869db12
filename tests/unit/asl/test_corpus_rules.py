"""The rules, asked about what others wrote and about what AWS itself took, refused and ran.

What works is never called an error, and what is broken is never passed over. Where an author's
word and AWS's differ, a table says which definition, and why. The figures show what a change
of a rule changes.
"""

from collections import Counter
from functools import cache

import pytest

from maestro_cdk.asl import document
from maestro_cdk.asl.rules import Subject, registry
from maestro_cdk.errors import ProjectError
from maestro_cdk.services.models import BotocoreModels
from tests.unit.asl import corpus

pytestmark = pytest.mark.skipif(not corpus.PRESENT, reason=corpus.WHY)

WRONG = {
    "aws-cloudformation-cfn-lint-4aebe2bcbb": "an empty object, which stands for no definition",
}
"""Declared valid, and wrong all the same: the name of the file, and why."""

RIGHT = {}
"""Declared invalid, but AWS takes it and it runs: the name of the file, and who says so."""

BROKEN = {
    "adamscharf-second-look-doc-repo-e80cb6d12e": "StartAt and a Next name no state",
    "airware-stepfunctions-local-5eb75fc47f": "a state has neither Next nor End",
    "airware-stepfunctions-local-e5f88ed023": "UnknownStateType is meant to be none",
    "aws-aws-sam-cli-f59982ac58": "the states stand beside States, not in it",
    "aws-samples-the-aws-step-functions-workshop-962288f08d": "a learner fills in **BLANK**",
    "christophebougere-asl-validator-48f89967da": "EmptyState is empty",
    "compugen-ltd-aws-stepfunctions-toolkit-af38628837": "a state is empty, for a drawing",
    "compugen-ltd-aws-stepfunctions-toolkit-c68ca66007": "states without Next, for a drawing",
    "guyernest-step-functions-agent-40272dcc83": "part of a template: Next names no state",
    "wmfs-statelint-4e73cb7006": "C is no type of state",
    "wmfs-statelint-fd64c0d2d2": "Next names no state",
}
"""Published by somebody, with nothing declared, and wrong: the name of the file, and why."""

FAILING = {}
"""AWS took it, and every execution of it must fail: the id, and why."""

MISSED = 115
"""How many of those that are declared invalid nothing is found in, as yet."""

FOUND = {
    "endings": 6,
    "structure": 18,
    "transitions": 29,
}
"""In how many of all definitions each rule finds something."""


def found(text, *, type_="STANDARD"):
    """What `maestro validate FILE` finds in a definition."""
    try:
        parsed = document.parse(text, file="d", literals=None)
    except ProjectError as error:
        return error.findings
    return registry.check(Subject(document=parsed, services=BotocoreModels(), type=type_))


@cache
def declared():
    """By validity, what is found in each definition: name of the file -> (reason, findings)."""
    by_validity = {}
    for name, validity, reason, text in corpus.declared():
        by_validity.setdefault(validity, {})[name] = (reason, found(text))
    return by_validity


def errors(findings):
    return [f"{finding.rule}: {finding}" for finding in findings if finding.severity == "error"]


def unlike(table, seen):
    """What a table says and is not so, and what is so and the table does not say."""
    return {
        "in vain": sorted(table.keys() - seen.keys()),
        "not said": {name: seen[name] for name in sorted(seen.keys() - table.keys())},
    }


SAME = {"in vain": [], "not said": {}}


def test_what_is_declared_valid_has_no_error_but_for_a_reason():
    valid = declared()["valid"]
    assert len(valid) == 270
    wrong = {name: errors(findings) for name, (_, findings) in valid.items() if errors(findings)}
    assert unlike(WRONG, wrong) == SAME


def test_something_is_found_in_what_is_declared_invalid_unless_aws_takes_it():
    invalid = declared()["invalid"]
    assert len(invalid) == 138
    missed = {name: reason for name, (reason, findings) in invalid.items() if not findings}
    assert len(missed.keys() - RIGHT.keys()) == MISSED, missed
    assert RIGHT.keys() <= missed.keys()


def test_what_is_published_has_no_error_but_for_a_reason():
    published = declared()["assumed-valid"]
    assert len(published) == 349
    broken = {name: errors(found) for name, (_, found) in published.items() if errors(found)}
    assert unlike(BROKEN, broken) == SAME


def test_the_figures():
    rules = Counter(
        rule
        for entries in declared().values()
        for _, findings in entries.values()
        for rule in {finding.rule for finding in findings}
    )
    assert dict(sorted(rules.items())) == FOUND


# --- AWS's own word --------------------------------------------------------------------------


def test_what_aws_took_has_no_error():
    answers = [answer for answer in corpus.answered() if answer[1]]
    assert len(answers) == 375
    said = {name: errors(found(text, type_=type_)) for name, _, type_, text in answers}
    assert {name: errors for name, errors in said.items() if errors} == {}


def test_what_aws_ran_to_its_end_has_no_error():
    executions = [execution for execution in corpus.ran() if execution[1]]
    assert len(executions) == 276
    said = {name: errors(found(text, type_=type_)) for name, _, type_, text in executions}
    assert {name: errors for name, errors in said.items() if errors} == {}


def test_what_aws_ran_and_failed_has_no_error_but_for_a_reason():
    executions = [execution for execution in corpus.ran() if not execution[1]]
    assert len(executions) == 86
    said = {name: errors(found(text, type_=type_)) for name, _, type_, text in executions}
    assert unlike(FAILING, {name: errors for name, errors in said.items() if errors}) == SAME


def test_what_aws_refused_has_an_error():
    answers = [answer for answer in corpus.answered() if not answer[1]]
    assert len(answers) == 23
    missed = [name for name, _, type_, text in answers if not errors(found(text, type_=type_))]
    assert len(missed) == 15, missed
