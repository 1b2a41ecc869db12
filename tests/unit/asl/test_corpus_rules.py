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
    "aws-amazon-states-language-service-0a5527c068": "two states share a name: DUPLICATE_STATE_NAME",
    "aws-amazon-states-language-service-86c737ada1": "no commas between the arguments of States.Format",
    "aws-amazon-states-language-service-93fe008526": "a Resource cannot be a variable",
    "aws-amazon-states-language-service-dc3c36cb3d": "no commas between the arguments of States.Format",
    "awslabs-statelint-3d8165e592": "foo:bar is no Resource of AWS's",
    "awslabs-statelint-425dd60640": "foo:bar is no Resource of AWS's",
    "awslabs-statelint-49b402f236": "foo:bar is no Resource of AWS's",
    "awslabs-statelint-80e0a5d6f9": "foo:bar is no Resource of AWS's",
    "awslabs-statelint-8c9d74f121": "foo:bar is no Resource of AWS's",
    "awslabs-statelint-bac98287e4": "foo:bar is no Resource of AWS's",
    "awslabs-statelint-c97de5f884": "foo:bar is no Resource of AWS's",
    "awslabs-statelint-dc9f593998": "foo:bar is no Resource of AWS's",
    "christophebougere-asl-validator-504c29504b": "the name of a variable holds a hyphen",
    "christophebougere-asl-validator-d1820a176d": "no Task calls an ARN of SWF's",
    "localstack-localstack-3c62dfa509": "reads a variable that nothing assigns: AWS takes it, and it fails",
    "localstack-localstack-4a5f7367a3": "the test puts names into the empty ErrorEquals",
    "localstack-localstack-89b3d232d3": "an ItemProcessor, which is part of a definition",
    "taro-kayo-statelint-673d3a926a": "an ItemReader reads objects of S3; an ItemBatcher has a limit",
    "taro-kayo-statelint-6a7838293f": "states.input without $, which AWS refuses in JSONata",
    "taro-kayo-statelint-7d0628a11a": "AWS refuses an empty Branches",
    "taro-kayo-statelint-ac800dc0cb": "an ItemReader reads objects of S3",
    "taro-kayo-statelint-d47085c2e0": "an ItemReader reads objects of S3",
    "taro-kayo-statelint-e25734cd8e": "reads a variable that nothing assigns",
}
"""Declared valid, and wrong all the same: the name of the file, and why."""

RIGHT = {
    "aws-amazon-states-language-service-76c862f910": "the key that came twice is lost in the JSON",
    "aws-cloudformation-cfn-lint-bdbbf1533a": "the substitution is missing outside the definition",
    "christophebougere-asl-validator-213bf22499": "asl-validator alone wants a space after {%",
    "christophebougere-asl-validator-29ab421fa2": "asl-validator alone wants one space in {% %}",
    "taro-kayo-statelint-18f2361043": "AWS takes TimeoutSeconds of 99999999: cdk-preflight",
    "taro-kayo-statelint-bf9059366b": "AWS takes TimeoutSeconds of 0: cdk-preflight; a warning",
}
"""Declared invalid, but AWS takes it, or nothing is wrong with it: the file, and who says so.

cdk-preflight is https://github.com/badmintoncryer/cdk-preflight, which asked AWS in September 2026.
"""

BROKEN = {
    "adamscharf-second-look-doc-repo-e80cb6d12e": "StartAt and a Next name no state",
    "airware-stepfunctions-local-5eb75fc47f": "a state has neither Next nor End",
    "airware-stepfunctions-local-ab0d3aaca0": "a Succeed has no End",
    "airware-stepfunctions-local-e5f88ed023": "UnknownStateType is meant to be none",
    "aws-aws-sam-cli-f59982ac58": "the states stand beside States, not in it",
    "aws-aws-toolkit-vscode-5aa58fa831": "a snippet: Resource is yet to be written",
    "aws-aws-toolkit-vscode-8f4a301b16": "randomString is no Resource",
    "aws-samples-the-aws-step-functions-workshop-962288f08d": "a learner fills in **BLANK**",
    "awsdocs-aws-doc-sdk-examples-2fff5bc24b": "spaces around an ARN",
    "christophebougere-asl-validator-48f89967da": "EmptyState is empty",
    "compugen-ltd-aws-stepfunctions-toolkit-af38628837": "a state is empty, for a drawing",
    "compugen-ltd-aws-stepfunctions-toolkit-c68ca66007": "states without Next, for a drawing",
    "guyernest-step-functions-agent-1086ba302f": "there is no States.Default",
    "guyernest-step-functions-agent-362aa8a429": "AppSync has no action graphql",
    "guyernest-step-functions-agent-40272dcc83": "part of a template: Next names no state",
    "guyernest-step-functions-agent-da7415a0fc": "a Map has no Arguments",
    "localstack-localstack-86b50243d4": "CreateSecret is createSecret",
    "localstack-localstack-8e3536b216": "reads variables that nothing assigns",
    "localstack-localstack-e2f5f641a5": "a Resource cannot be a path",
    "localstack-localstack-e33c110fc7": "a branch assigns a variable of the outer scope",
    "nibble-4bits-aws-local-stepfunctions-530438a575": "invalid-arn is meant to be none",
    "nibble-4bits-aws-local-stepfunctions-9bd5c38b15": "its Resource is meant to be no ARN",
    "nibble-4bits-aws-local-stepfunctions-c691a10107": "invalid-path is meant to be none",
    "serverless-operations-serverless-step-functions-3e9b02046c": "runTask without what to run",
    "serverless-operations-serverless-step-functions-50ed7c3407": "putItem without an Item",
    "serverless-operations-serverless-step-functions-5925cfd1ad": "a Task without Resource",
    "taro-kayo-statelint-422c549fa2": "foo:bar is no Resource of AWS's",
    "tomitribe-states-language-e7f9bcbc4e": "assigns $states, which is reserved",
    "wmfs-statelint-4e73cb7006": "C is no type of state",
    "wmfs-statelint-fd64c0d2d2": "Next names no state",
}
"""Published by somebody, with nothing declared, and wrong: the name of the file, and why."""

UNDEFINED = "assign/test_assign_reference_variables::TestAssignReferenceVariables::test_undefined_"

FAILING = {
    f"{UNDEFINED}reference[BASE_UNDEFINED_ARGUMENTS]": "nothing assigns the variable",
    f"{UNDEFINED}reference[BASE_UNDEFINED_ASSIGN]": "nothing assigns the variable",
    f"{UNDEFINED}reference[BASE_UNDEFINED_OUTPUT_FIELD]": "nothing assigns the variable",
    "intrinsic_functions/test_math_operations_jsonata::TestMathOperationsJSONata"
    "::test_math_random_seeded": "there is no $randomSeeded()",
}
"""AWS took it, and every execution of it must fail: the id, and why."""

MISSED = 0
"""In how many of those that are declared invalid no error is found."""

FOUND = {
    "busy-loop": 25,
    "callback-timeout": 31,
    "choice-default": 23,
    "choice-rules": 2,
    "conflicting-fields": 17,
    "context-object": 27,
    "endings": 6,
    "error-names": 8,
    "heartbeat": 5,
    "intrinsic-functions": 11,
    "item-reader": 5,
    "jsonata-references": 3,
    "jsonata-syntax": 4,
    "lambda-retry": 122,
    "map-labels": 1,
    "map-modes": 14,
    "missing-field": 13,
    "missing-parameter": 4,
    "no-end": 2,
    "paths": 13,
    "payload-templates": 10,
    "query-language": 4,
    "resource": 58,
    "service-errors": 1,
    "state-names": 4,
    "structure": 17,
    "task-token": 2,
    "timeouts": 3,
    "transitions": 26,
    "undefined-variables": 6,
    "unevaluated": 13,
    "unknown-field": 21,
    "unknown-parameter": 1,
    "unreachable": 1,
    "unused-variables": 31,
    "values": 40,
    "variable-names": 3,
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


def test_an_error_is_found_in_what_is_declared_invalid_unless_aws_takes_it():
    invalid = declared()["invalid"]
    assert len(invalid) == 138
    missed = {name: reason for name, (reason, findings) in invalid.items() if not errors(findings)}
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
    assert missed == []
