"""What stands in a definition for each of its `${key}`."""

import json
from collections.abc import Collection, Mapping
from difflib import get_close_matches

import jsii
from aws_cdk import Token
from constructs import IValidation

from maestro_cdk.asl.arns import TOKEN
from maestro_cdk.errors import SynthesisError
from maestro_cdk.model import (
    Definition,
    Finding,
    FunctionArn,
    PolicyStatement,
    Provided,
    PseudoParameter,
    Substitution,
)
from maestro_cdk.project import infra
from maestro_cdk.stack import values


class Substitutions:
    """The substitutions of a definition, as CDK knows them.

    Args:
        definition: the definition.
        arns: the ARN of each function of the project.
        settings: the names of those in the settings.
    """

    def __init__(
        self, definition: Definition, *, arns: Mapping[str, str], settings: Collection[str]
    ) -> None:
        self._definition, self._arns, self._settings = definition, arns, settings
        self._given: dict[str, str] = {}

    def give(self, name: str, value: str) -> None:
        """Take a value of the user's.

        Raises:
            SynthesisError: the name means something else already, or the value is no text.
        """
        problem = infra.refusal(name, functions=self._arns, settings=self._settings)
        if problem is None and name in self._given:
            problem = f"${{{name}}} is given a second time"
        if problem is None and not isinstance(value, str):
            problem = f"${{{name}}} is to be a text, not {value!r}"
        if problem is not None:
            raise SynthesisError(problem)
        self._given[name] = value

    def missing(self) -> tuple[Finding, ...]:
        """What the definition needs and nobody has given, so far."""
        return tuple(
            Finding(
                rule="unknown-substitution",
                severity="error",
                message=f"${{{value.name}}} names nothing: nobody gave it a value",
                hint=self._advice(value.name),
                where=value.where,
            )
            for value in self._definition.substitutions.values()
            if isinstance(value, Provided) and value.needed and value.name not in self._given
        )

    def filled(self) -> dict[str, str]:
        """What stands for each key, put between the quotes of a JSON text as it is."""
        return {
            key: self._filled(value)
            for key, value in self._definition.substitutions.items()
            if not isinstance(value, Provided) or value.name in self._given
        }

    def value(self, key: str) -> str | None:
        """What stands for a `${key}` outside the definition; None where that is not known."""
        value = self._definition.substitutions.get(key)
        match value:
            case None:
                return None
            case Provided(name=name):
                return self._given.get(name)
            case _:
                return self._value(value)

    def lacks(self, statement: PolicyStatement) -> bool:
        """Whether a statement speaks of something that nobody has given a value to yet."""
        conditions = (text for keys in statement.conditions.values() for text in keys.values())
        keys = (key for text in (*statement.resources, *conditions) for key in TOKEN.findall(text))
        found = (self._definition.substitutions.get(key.partition(":")[0]) for key in keys)
        return any(isinstance(each, Provided) and each.name not in self._given for each in found)

    def _filled(self, value: Substitution) -> str:
        match value:
            case Provided(name=name):
                given = self._given[name]
                return given if Token.is_unresolved(given) else json_text(given)
            case str():
                return json_text(value)
            case _:
                return self._value(value)

    def _value(self, value: Substitution) -> str:
        match value:
            case FunctionArn(function=name):
                return self._arns[name]
            case PseudoParameter(name=name):
                return values.PSEUDO_PARAMETERS[name]
            case str():
                return value
            case _:
                return json.dumps(value)

    def _advice(self, name: str) -> str:
        near = get_close_matches(name, self._given, n=1, cutoff=0.5)
        meant = f"did you mean {near[0]!r}? " if near else ""
        return f"{meant}`workflow.{infra.METHOD}({name!r}, ...)` gives it one"


def json_text(text: str) -> str:
    """A text as it stands between the quotes of JSON."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


@jsii.implements(IValidation)
class Complete:
    """Has CDK refuse an app in which a definition lacks something."""

    def __init__(self, substitutions: Substitutions) -> None:
        self._substitutions = substitutions

    def validate(self) -> list[str]:
        """What is missing, each with its place."""
        return [
            f"{finding.where}: {finding.message}; {finding.hint}"
            for finding in self._substitutions.missing()
        ]
