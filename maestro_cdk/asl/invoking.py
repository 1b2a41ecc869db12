"""Where a state names the function that it calls."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.machines import State

_INVOKE = re.compile(r":states:[^:]*:[^:]*:(?:aws-sdk:)?lambda:invoke")
_LAMBDA_ACTION = re.compile(r":states:[^:]*:[^:]*:(?:aws-sdk:)?lambda:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A string of the definition that names a function."""

    pointer: Pointer
    invokes: bool
    bare: bool  # a name by itself, or an expression, may stand here


def places(state: State) -> Iterator[Place]:
    """The strings of a state that name a function."""
    resource = state.value.get("Resource")
    if state.type != "Task" or not isinstance(resource, str):
        return
    if not _LAMBDA_ACTION.search(resource):
        yield Place(pointer=(*state.pointer, "Resource"), invokes=True, bare=False)
        return
    for key in ("Parameters", "Arguments"):
        arguments = state.value.get(key)
        if isinstance(arguments, dict) and isinstance(arguments.get("FunctionName"), str):
            yield Place(
                pointer=(*state.pointer, key, "FunctionName"),
                invokes=bool(_INVOKE.search(resource)),
                bare=True,
            )


def computed(state: State) -> bool:
    """Whether the name of the function that a state invokes is the outcome of an expression."""
    resource = state.value.get("Resource")
    if state.type != "Task" or not isinstance(resource, str) or not _INVOKE.search(resource):
        return False
    parameters = state.value.get("Parameters")
    by_path = isinstance(parameters, dict) and "FunctionName.$" in parameters
    return by_path or isinstance(state.value.get("Arguments"), str)
