"""Where a definition invokes Lambda functions, and which."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from maestro_cdk.asl import integrations
from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.machines import State
from maestro_cdk.model import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A Task that invokes a function: one of the folder, where its name is known to be one.

    `arguments` are what it passes to the API: empty where they are not written down, or where
    the function is the Task's Resource.
    """

    state: State
    function: str | None
    arguments: Mapping[str, JSON]


def invocations(states: Iterable[State], called: Mapping[Pointer, str]) -> Iterator[Invocation]:
    """The Tasks that invoke a function; `called` are the folder's, by the place of the name."""
    for state in states:
        resource = state.value.get("Resource")
        if state.type != "Task" or not isinstance(resource, str):
            continue
        function = called.get((*state.pointer, "Resource"))
        found = integrations.parse(resource)
        if found is not None and not found.invokes:
            continue
        if found is None or found.kind == "lambda":
            if found or function:
                yield Invocation(state=state, function=function, arguments={})
            continue
        key = "Parameters" if "Parameters" in state.value else "Arguments"
        arguments = state.value.get(key)
        yield Invocation(
            state=state,
            function=called.get((*state.pointer, key, "FunctionName")),
            arguments=arguments if isinstance(arguments, dict) else {},
        )
