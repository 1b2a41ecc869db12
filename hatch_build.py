"""Makes the man pages when the wheel is built, and puts them where `man` looks for them."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MADE = Path("build") / "man"


class ManPages(BuildHookInterface):
    """`man maestro-deploy` works wherever the wheel is installed on PATH."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the pages of every command, and name them to the builder."""
        del version
        sys.path.insert(0, self.root)
        # Only now: the package is not installed yet, and found where it is built.
        from maestro_cdk import __version__  # noqa: PLC0415
        from maestro_cdk.cli import manual  # noqa: PLC0415
        from maestro_cdk.cli.root import maestro  # noqa: PLC0415

        folder = Path(self.root) / MADE
        folder.mkdir(parents=True, exist_ok=True)
        for page in manual.pages(maestro, "maestro"):
            path = folder / f"{page.name}.1"
            path.write_text(manual.man(page, __version__), "utf-8")
            build_data["shared_data"][str(path)] = f"share/man/man1/{path.name}"
