"""How the tests of rules make definitions, and ask about them."""

import json

from maestro_cdk.asl import document
from maestro_cdk.asl.rules import Subject
from maestro_cdk.services.models import BotocoreModels

PASS = {"Type": "Pass", "End": True}


def machine(states, start=None, **more):
    return {"StartAt": start or next(iter(states), "None"), "States": states, **more}


def task(resource, **more):
    """A machine of one Task, A."""
    return machine({"A": {"Type": "Task", "Resource": resource, **more, "End": True}})


def parsed(value):
    text = value if isinstance(value, str) else json.dumps(value, indent=1)
    return document.parse(text, file="d", literals={})


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
