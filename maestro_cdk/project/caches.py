"""Where what can be made again is kept."""

from pathlib import Path


def folder() -> Path:
    """This user's folder for maestro's caches, and for the state of the AWS on this machine."""
    from platformdirs import user_cache_path  # noqa: PLC0415 - only a few commands need it

    return user_cache_path("maestro")


def dependencies(root: Path) -> Path:
    """What was installed for functions."""
    return root / "dependencies"
