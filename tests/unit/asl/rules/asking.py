"""How the tests of rules make definitions, and ask about them."""

import json

from maestro_cdk.asl import document
from maestro_cdk.asl.rules import Subject, registry
from maestro_cdk.services.models import BotocoreModels

PASS = {"Type": "Pass", "End": True}
DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}


def machine(states, start=None, **more):
    return {"StartAt": start or next(iter(states), "None"), "States": states, **more}


def task(resource, **more):
    """A machine of one Task, A."""
    return machine({"A": {"Type": "Task", "Resource": resource, **more, "End": True}})


def parsed(value):
    text = value if isinstance(value, str) else json.dumps(value, indent=1)
    return document.parse(text, file="d", literals=None)


def subject(value, **around):
    """What a rule is asked about: a definition, and what is known around it."""
    return Subject(document=parsed(value), services=BotocoreModels(), **around)


def said(rule, value, **around):
    """What a rule finds: the message, the text at its place, and the state."""
    found = subject(value, **around)
    lines = found.document.text.split("\n")
    return [
        (
            finding.message,
            lines[finding.where.line - 1][finding.where.column - 1 :].rstrip(",{["),
            finding.state,
        )
        for finding in rule.check(found)
    ]


def alone(**state):
    """A definition of one state, called A."""
    return machine({"A": state})


def working(**more):
    """A definition of a Task, called A; B follows where it catches something."""
    resource = "arn:aws:states:::aws-sdk:s3:listBuckets"
    work = {"Type": "Task", "Resource": resource, "End": True, **more}
    return machine({"A": work, "B": PASS} if "Catch" in more else {"A": work})


def mapping(processor=None, **more):
    """A definition of one Map, called M, with a Pass in it."""
    inner = machine({"I": PASS}, **(processor or {}))
    return machine({"M": {"Type": "Map", "ItemProcessor": inner, "End": True, **more}})


def choosing(*rules, **more):
    """A definition of a Choice, called A, that goes on to B."""
    rules = [rule if "Next" in rule else {**rule, "Next": "B"} for rule in rules]
    choice = {"Type": "Choice", "Choices": rules, "Default": "B", **more}
    return machine({"A": choice, "B": PASS})


def findings(rule, value, **around):
    """What a rule finds: the severity, the message and the hint."""
    return [
        (finding.severity, finding.message, finding.hint)
        for finding in rule.check(subject(value, **around))
    ]


def alone_says(rule, value, **around):
    """That one rule finds something and no other does: what it says."""
    found = registry.check(subject(value, **around))
    assert {finding.rule for finding in found} == {rule.id}, found
    return [finding.message for finding in found]
