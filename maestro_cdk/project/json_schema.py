"""The JSON schema of maestro.toml, by which editors complete it and say what is wrong."""

import tomllib
from collections.abc import Mapping

from maestro_cdk.model import JSON
from maestro_cdk.project.schema import FUNCTION, TARGET, WORKFLOW, Key

FILE = ".maestro.schema.json"
"""Where a project has it: the first line of its maestro.toml names it, and editors read that."""

DIRECTIVE = f"#:schema ./{FILE}"


def document() -> dict[str, JSON]:
    """The schema, draft 7, which editors' TOML plugins know."""
    workflow = _table("What the workflow is.", _keys(WORKFLOW))
    functions = _functions()
    stage = _table(
        "What is different in this stage.",
        {**_keys(TARGET), **_keys(WORKFLOW), "workflow": workflow, "functions": functions},
    )
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "maestro.toml",
        **_table(
            "The settings of a workflow.",
            {
                "workflow": workflow,
                "functions": functions,
                "stages": {
                    "description": "Stages, by their names: `--stage NAME`.",
                    "type": "object",
                    "propertyNames": {"pattern": "^[A-Za-z0-9-]+$"},
                    "additionalProperties": stage,
                },
            },
        ),
    }


def _functions() -> dict[str, JSON]:
    one = _table("One function's own settings.", _keys(FUNCTION))
    every = _table("Every function's settings; a table in it is one's own.", _keys(FUNCTION))
    return {**every, "additionalProperties": one}


def _table(description: str, properties: Mapping[str, JSON]) -> dict[str, JSON]:
    return {
        "description": description,
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }


def _keys(keys: Mapping[str, Key]) -> dict[str, JSON]:
    return {name: _key(key) for name, key in keys.items()}


def _key(key: Key) -> dict[str, JSON]:
    value = tomllib.loads(f"value = {key.example}")["value"]
    described = f"{key.doc[0].upper()}{key.doc[1:]}."
    if key.default:
        return {
            "description": f"{described} Default: {key.default}.",
            **key.form.described(),
            "examples": [value],
        }
    return {"description": described, **key.form.described(), "default": value}
