"""Where a state names the function that it calls."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.machines import State

_INVOKE = re.compile(r":states:[^:]*:[^:]*:(?:aws-sdk:)?lambda:invoke(?:\.|$)")
_LAMBDA_ACTION = re.compile(r":states:[^:]*:[^:]*:(?:aws-sdk:)?lambda:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A string of the definition that names a function."""

    pointer: Pointer
    bare: bool  # a name by itself, or an expression, may stand here
    invokes: bool = True  # rather than makes one, looks at it or changes it


def places(state: State) -> Iterator[Place]:
    """The strings of a state that name a function."""
    resource = state.value.get("Resource")
    if state.type != "Task" or not isinstance(resource, str):
        return
    if not _LAMBDA_ACTION.search(resource):
        yield Place(pointer=(*state.pointer, "Resource"), bare=False)
        return
    for key in ("Parameters", "Arguments"):
        arguments = state.value.get(key)
        if isinstance(arguments, dict) and isinstance(arguments.get("FunctionName"), str):
            yield Place(
                pointer=(*state.pointer, key, "FunctionName"),
                bare=True,
                invokes=bool(_INVOKE.search(resource)),
            )
