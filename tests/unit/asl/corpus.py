"""Where the state machines that others wrote are: beside the checkout, or where a variable says."""

import json
import os
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("MAESTRO_SHARED") or REPOSITORY.parent / "shared") / "corpus"
WHY = "the corpus of definitions is not on this machine (MAESTRO_SHARED names its parent folder)"

PRESENT = (FOLDER / "lambda_forms.json").is_file()


def forms():
    """The ways in which a Task names its function."""
    return json.loads((FOLDER / "lambda_forms.json").read_text("utf-8")) if PRESENT else []


def definitions():
    """The files of all definitions."""
    return sorted((FOLDER / "definitions").glob("*.json"))
