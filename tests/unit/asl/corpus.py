"""Where the state machines that others wrote are: beside the checkout, or where a variable says."""

import json
import os
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
SHARED = Path(os.environ.get("MAESTRO_SHARED") or REPOSITORY.parent / "shared")
FOLDER = SHARED / "corpus"
TRUTH = Path(os.environ.get("MAESTRO_TRUTH") or SHARED / "truth")
WHY = "the corpus of definitions is not on this machine (MAESTRO_SHARED names its parent folder)"

PRESENT = (FOLDER / "lambda_forms.json").is_file() and TRUTH.is_dir()


def forms():
    """The ways in which a Task names its function."""
    return json.loads((FOLDER / "lambda_forms.json").read_text("utf-8")) if PRESENT else []


def definitions():
    """The files of all definitions."""
    return sorted((FOLDER / "definitions").glob("*.json"))


def declared():
    """What each definition's author says of it: (name of the file, validity, reason, text)."""
    for entry in json.loads((FOLDER / "manifest.json").read_text("utf-8")):
        file = FOLDER / entry["file"]
        reason = entry.get("declared_reason", "")
        yield file.stem, entry["validity"], reason, file.read_text("utf-8")


def answered():
    """AWS's own verdicts: (id, whether it took the definition, the machine's type, text)."""
    for case in json.loads((FOLDER / "aws_recorded.json").read_text("utf-8"))["cases"]:
        text = case["definition_text"] or json.dumps(case["definition"])
        yield case["test"], case["expected"].startswith("valid"), case["type"], text
    for answer in _lines("answers.jsonl"):
        expected = answer.get("expected")
        if answer["kind"] == "choice_table":
            for n, row in enumerate(answer["cases"]):
                yield f"{answer['id']}#{n}", True, answer["type"], json.dumps(row["definition"])
        elif answer["kind"] == "validate":
            text = answer.get("definition_text") or json.dumps(answer["definition"])
            yield answer["id"], expected["result"] == "OK", answer["type"], text
        elif answer.get("definition"):
            refused = "Invalid State Machine Definition" in json.dumps(expected)
            yield answer["id"], not refused, answer["type"], json.dumps(answer["definition"])


def ran():
    """Executions on AWS: (id, whether it succeeded, the machine's type, text)."""
    for execution in _lines("executions.jsonl"):
        succeeded = execution["expected"].get("status") == "SUCCEEDED"
        text = json.dumps(execution["definition"])
        yield execution["id"], succeeded, execution["type"], text


def _lines(name):
    return [json.loads(line) for line in (TRUTH / name).read_text("utf-8").splitlines()]
