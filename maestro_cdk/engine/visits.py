"""A visit to a state: its fields, evaluated in the state's own query language.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from maestro_cdk.asl.machines import Language
from maestro_cdk.engine import data, jsonata, templates
from maestro_cdk.engine.data import Data
from maestro_cdk.engine.failures import DATA_LIMIT_EXCEEDED, EvaluationFailure, RuntimeFailure
from maestro_cdk.engine.jsonata import UNDEFINED, JsonataError
from maestro_cdk.engine.ports import Clock, Ids
from maestro_cdk.engine.templates import Sight
from maestro_cdk.model import JSON

Note = Callable[[str, JSON], None]
"""Hears what comes out of each step of a state, by its name in a TestState answer."""


def _ignore(_: str, __: JSON) -> None:
    """For executions, which nobody inspects."""


@dataclass(slots=True, kw_only=True)
class Visit:
    """One visit to a state, with what its expressions can see.

    `result` and `error` are what `$states` has of them as soon as there are any.
    """

    name: str
    state: Mapping[str, JSON]
    language: Language
    input: Data
    context: dict[str, JSON]
    variables: Mapping[str, JSON]
    clock: Clock
    ids: Ids
    note: Note = _ignore
    result: JSON = UNDEFINED
    error: Mapping[str, JSON] | None = None
    assigned: dict[str, JSON] = field(default_factory=dict)

    @property
    def in_jsonata(self) -> bool:
        """Whether it is a JSONata state."""
        return self.language == "JSONata"

    # --- what expressions see -------------------------------------------------------------------

    def sight(self, value: JSON) -> Sight:
        """What paths see that start from a value."""
        return Sight(value=value, context=self.context, variables=self.variables, ids=self.ids)

    def _scope(self) -> jsonata.Scope:
        states: dict[str, JSON] = {"input": self.input.value, "context": self.context}
        if self.result is not UNDEFINED:
            states["result"] = self.result
        if self.error is not None:
            states["errorOutput"] = self.error
        return jsonata.Scope(
            states=states, variables=self.variables, clock=self.clock, ids=self.ids
        )

    # --- JSONPath -------------------------------------------------------------------------------

    def selected(self, key: str, value: JSON) -> JSON:
        """What InputPath, OutputPath or ItemsPath leaves of a value."""
        if key not in self.state or self.state[key] == "$":
            return value
        path = self.state[key]
        return {} if path is None else templates.select(path, self.sight(value))

    def effective_input(self) -> JSON:
        """What the state works with: its input, or what InputPath leaves of it."""
        if self.in_jsonata:
            return self.input.value
        value = self.selected("InputPath", self.input.value)
        self.note("afterInputPath", value)
        return value

    def filled(self, key: str, value: JSON) -> JSON:
        """A payload template, filled from a value; the value itself where there is none."""
        if key not in self.state:
            return value
        filled = templates.fill(self.state[key], self.sight(value))
        self.note(f"after{key}", filled)
        return filled

    def merged(self, result: JSON, holder: Mapping[str, JSON] | None = None) -> JSON:
        """The raw input with the result in it, where ResultPath says."""
        path = (self.state if holder is None else holder).get("ResultPath", "$")
        merged = templates.write(path, result, self.input.value)
        self.note("afterResultPath", merged)
        return merged

    # --- JSONata --------------------------------------------------------------------------------

    def rendered(self, template: JSON, location: str) -> JSON:
        """A value with the expressions in it evaluated; `location` is where it stands.

        Raises:
            EvaluationFailure: one of them fails, or gives nothing.
        """
        return self._rendered(template, location, self._scope())

    def _rendered(self, template: JSON, location: str, scope: jsonata.Scope) -> JSON:
        if isinstance(template, dict):
            return {
                key: self._rendered(value, f"{location}/{key}", scope)
                for key, value in template.items()
            }
        if isinstance(template, list):
            return [
                self._rendered(item, f"{location}[{n}]", scope) for n, item in enumerate(template)
            ]
        return (
            _evaluated(template, location, scope) if jsonata.is_expression(template) else template
        )

    def expected(self, kind: str, value: JSON, key: str, template: JSON) -> JSON:
        """A value that is of a kind, as `array`.

        Raises:
            EvaluationFailure: it is of another kind.
        """
        found = data.kind(value)
        if found == kind:
            return value
        said = f"Expected '{kind}', but was '{found}' for value: {data.dumps(value)}"
        if jsonata.is_expression(template):
            raise EvaluationFailure(
                f"The JSONata expression '{jsonata.inner(template)}' specified for the field "
                f"'{key}' returned an unexpected result type. {said}",
                key,
            )
        raise EvaluationFailure(f"The field '{key}' has an unexpected type. {said}", key)

    # --- either ---------------------------------------------------------------------------------

    def arguments(self, value: JSON) -> JSON:
        """What a Task, a Parallel or a Map is given: Parameters, or Arguments."""
        if not self.in_jsonata:
            return self.filled("Parameters", value)
        if "Arguments" not in self.state:
            return value
        rendered = self.rendered(self.state["Arguments"], "Arguments")
        self.note("afterArguments", rendered)
        return rendered

    def number(self, key: str, value: JSON, *, fraction: bool = False) -> float | None:
        """What a field says that is a number, an expression or a path (`...Path`) to a number."""
        return self.number_in(self.state, key, value, fraction=fraction)

    def number_in(
        self, holder: Mapping[str, JSON], key: str, value: JSON, *, fraction: bool = False
    ) -> float | None:
        """The same, for a field of an object inside the state."""
        path = f"{key}Path"
        if path in holder and not self.in_jsonata:
            found = templates.select(holder[path], self.sight(value))
            number = _decimal(found) if fraction else data.integer(found)
            if number is None:
                text = found if isinstance(found, str) else data.dumps(found)
                what = "float" if fraction else "integer"
                raise RuntimeFailure(
                    f'The {path} field refers to value "{text}" which is not a valid {what}: '
                    f"{holder[path]}"
                )
            return number
        if jsonata.is_expression(holder.get(key)) and self.in_jsonata:
            found = self.rendered(holder[key], key)
            number = _decimal(found) if fraction else data.integer(found)
            if number is None or isinstance(found, str):
                self.expected("number", found, key, holder[key])
                raise EvaluationFailure(f"The {key} field must be a whole number", key)
            return number
        found = holder.get(key)
        return found if isinstance(found, int | float) else None

    def assign(self, holder: Mapping[str, JSON], value: JSON, location: str = "Assign") -> None:
        """Evaluate an Assign: what it assigns holds for the states that follow."""
        if not holder.get("Assign"):
            return
        if self.in_jsonata:
            assigned = self.rendered(holder["Assign"], location)
        else:
            assigned = templates.fill(holder["Assign"], self.sight(value))
        self.assigned = {**self.assigned, **assigned}

    def output(self, holder: Mapping[str, JSON], otherwise: JSON, location: str = "Output") -> JSON:
        """A JSONata state's output."""
        if "Output" not in holder:
            return otherwise
        return self.rendered(holder["Output"], location)

    def limited(self, output: JSON) -> Data:
        """The output, which cannot be of any size.

        Raises:
            RuntimeFailure: it is too large.
        """
        made = output if isinstance(output, Data) else Data(output)
        if made.too_large:
            raise RuntimeFailure(too_large(self.name), error=DATA_LIMIT_EXCEEDED)
        return made


def too_large(what: str) -> str:
    """What AWS says of a result above its limit."""
    return (
        f"The state/task '{what}' returned a result with a size exceeding the maximum number "
        "of bytes service limit."
    )


def _evaluated(text: str, location: str, scope: jsonata.Scope) -> JSON:
    expression = jsonata.inner(text)
    said = f"The JSONata expression '{expression}' specified for the field '{location}'"
    try:
        value = jsonata.evaluate(expression, scope)
    except JsonataError as error:
        ending = f"threw an error during evaluation{error}"
        if not str(error):
            ending = "returned an unsupported result type."
        raise EvaluationFailure(f"{said} {ending}", location) from error
    if value is UNDEFINED:
        raise EvaluationFailure(f"{said} returned nothing (undefined).", location)
    return value


def _decimal(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return None if isinstance(value, bool) or not isinstance(value, int | float) else value
