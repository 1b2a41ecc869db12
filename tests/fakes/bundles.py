"""What functions are made of, for tests whose functions need nothing, or what is at hand."""

import os
from pathlib import Path

from maestro_cdk.project import bundle
from maestro_cdk.project.dependencies.installer import Installer


def bundles(project):
    """The bundles of a project, with the caches of the test's home."""
    kept = Path(os.environ["HOME"]) / ".cache" / "maestro" / "dependencies"
    return bundle.bundles(project, Installer(kept, environ=os.environ))
