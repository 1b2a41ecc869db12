"""TestState: one state of a machine, tried by itself.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
"""

from collections.abc import Mapping
from typing import Literal, cast

from maestro_cdk.engine import data
from maestro_cdk.engine.execution import World
from maestro_cdk.engine.failures import Failure
from maestro_cdk.engine.testing import Level, Mock, Setting, Tested, TestError, find, try_state
from maestro_cdk.local.states import given as read
from maestro_cdk.local.states.refusals import invalid
from maestro_cdk.local.states.validation import Validation
from maestro_cdk.model import JSON
from maestro_cdk.ports import ServiceModels

Given = dict[str, JSON]


class Trials:
    """Tries states in the world in which executions run."""

    def __init__(self, world: World, models: ServiceModels, validation: Validation) -> None:
        self._world, self._models, self._validation = world, models, validation

    async def test(self, given: Given) -> JSON:
        """TestState."""
        definition = _json(read.text(given, "definition"), "definition")
        if not isinstance(definition, dict):
            raise invalid("The definition must be a JSON object")
        name = read.optional(given, "stateName")
        self._check(definition)
        try:
            state: Mapping[str, JSON] = definition
            language = definition.get("QueryLanguage")
            if "States" in definition or name:
                state, language = find(definition, name or str(definition.get("StartAt")))
            tested = await try_state(
                state,
                _setting(given),
                self._world,
                name=name or "State",
                language=language,
                role=read.optional(given, "roleArn") or "",
                models=self._models,
            )
        except TestError as error:
            raise invalid(f"Invalid test: {error}") from error
        return _answer(tested)

    def _check(self, definition: JSON) -> None:
        """Look at the definition; a single state is made a machine for that.

        Raises:
            Refusal: it is none that AWS would take.
        """
        machine = definition
        if "States" not in definition:
            alone = {key: value for key, value in definition.items() if key != "Next"}
            others = {name: {"Type": "Succeed"} for name in _followed(definition)}
            ends = {} if definition.get("Type") in _OWN_ENDS else {"End": True}
            machine = {"StartAt": "State", "States": {"State": {**alone, **ends}, **others}}
        self._validation.check(data.dumps(machine), "STANDARD")


_OWN_ENDS = ("Choice", "Fail", "Succeed")


def _followed(state: JSON) -> set[str]:
    """The states that a single state names, but for the one of its Next."""
    rules = [*(state.get("Choices") or ()), *(state.get("Catch") or ())]
    names = {rule.get("Next") for rule in rules if isinstance(rule, dict)}
    return {str(name) for name in (*names, state.get("Default")) if name}


def _setting(given: Given) -> Setting:
    configuration = read.mapping(given, "stateConfiguration")
    context = read.optional(given, "context")
    level = read.optional(given, "inspectionLevel") or "INFO"
    variables = _json(read.optional(given, "variables") or "{}", "variables")
    return Setting(
        payload=data.dumps(_json(read.optional(given, "input") or "{}", "input")),
        mock=_mock(read.mapping(given, "mock")) if given.get("mock") else None,
        variables=variables if isinstance(variables, dict) else {},
        context=None if context is None else _json(context, "context"),
        level=cast("Level", level),
        retries=read.number(configuration, "retrierRetryCount") or 0,
        failed_items=read.number(configuration, "mapIterationFailureCount"),
        read=read.optional(configuration, "mapItemReaderData"),
    )


def _mock(given: Given) -> Mock:
    mode = cast(
        "Literal['STRICT', 'PRESENT', 'NONE']",
        read.optional(given, "fieldValidationMode") or "STRICT",
    )
    if (given.get("errorOutput") is None) == (given.get("result") is None):
        raise invalid("A test mock must have one of the fields: [result, errorOutput]")
    if given.get("errorOutput") is not None:
        error = read.mapping(given, "errorOutput")
        failure = Failure(read.optional(error, "error"), read.optional(error, "cause"))
        return Mock(error=failure, validation=mode)
    return Mock(result=_json(read.text(given, "result"), "mock.result"), validation=mode)


def _json(text: str, what: str) -> JSON:
    try:
        return data.loads(text)
    except ValueError as error:
        raise invalid(f"The {what} is no JSON: {error}") from error


def _answer(tested: Tested) -> JSON:
    answer = {
        "status": tested.status,
        "output": tested.output,
        "error": tested.error,
        "cause": tested.cause,
        "nextState": tested.next,
        "inspectionData": dict(tested.inspection) or None,
    }
    return {key: value for key, value in answer.items() if value is not None}
