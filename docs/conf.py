"""The site: `make docs` builds it into build/docs, and fails at whatever is not right."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from maestro_cdk import __version__

project = "Maestro"
author = "Maestro's contributors"
release = __version__
extensions = ["myst_parser"]
exclude_patterns = ["README.md"]
html_theme = "furo"
html_title = f"Maestro {release}"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
myst_heading_anchors = 4
pygments_style = "friendly"
nitpicky = True
suppress_warnings = [
    # Amazon States Language inside of JSON fences may leave things out, and consoles are no code.
    "misc.highlighting_failure",
]
