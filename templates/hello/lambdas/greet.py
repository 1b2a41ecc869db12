"""The function `greet`: a file in lambdas/ is a function, and Lambda calls its `handler`."""

from typing import Any


def handler(event: dict[str, Any], context: object) -> str:
    """Greet the one that the input names, or the world.

    What comes in is the state's input, and what goes out is its result: any JSON value.
    """
    return f"Hello, {event.get('name', 'World')}!"
