"""Maestro: a folder with a state machine and its functions becomes a running workflow."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maestro_cdk.stack.workflow import Workflow

__all__ = ["Workflow", "__version__"]

__version__ = "3.0.0"


def __getattr__(name: str) -> Any:
    """Bring `Workflow` only when it is asked for: CDK takes half a second to import."""
    if name == "Workflow":
        from maestro_cdk.stack.workflow import Workflow  # noqa: PLC0415 - see above

        return Workflow
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
