"""The schema of maestro.toml: as strict as maestro itself, where a schema can be."""

import tomllib

import jsonschema
import pytest

from maestro_cdk.project import beginnings, json_schema, templates
from tests.unit.project.test_settings import TOML

SCHEMA = json_schema.document()
CHECK = jsonschema.Draft7Validator(SCHEMA)


def problems(text):
    return [error.message for error in CHECK.iter_errors(tomllib.loads(text))]


def test_it_is_a_schema():
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "text",
    ["", TOML, beginnings.settings("python3.13")]
    + [
        (item.folder / "maestro.toml").read_text()
        for item in templates.available([templates.shipped()])
        if (item.folder / "maestro.toml").is_file()
    ],
)
def test_good_settings_are_good(text):
    assert problems(text) == []


def test_every_example_is_good():
    text = beginnings.settings("python3.13").replace("\n#[", "\n[").replace("\n#", "\n")
    lines = [line for line in text.splitlines() if " = " in line or line.startswith("[")]
    assert problems("\n".join(lines)) == []
    assert len(lines) > 30


@pytest.mark.parametrize(
    "text",
    [
        "worflow = {}",
        "[workflow]\ntyp = 'EXPRESS'",
        "[workflow]\ntype = 'express'",
        "[workflow]\ntimeout = 0",
        "[workflow]\ntimeout = '10'",
        "[workflow]\ntags = { a = 1 }",
        "[workflow]\ndisable_rules = ['no-such-rule']",
        "[workflow]\nsubstitutions = { 'a-b' = 1 }",
        "[workflow]\npolicies = [{ actions = [] , resources = ['*'] }]",
        "[functions]\nmemory = 64",
        "[functions]\nruntime = 'cobol'",
        "[functions.f]\nmemry = 256",
        "[functions.f]\nlog_retention = 15",
        "[functions.f]\nenvironment = { AWS_REGION = 'x' }",
        "[functions.f]\nvpc = { subnets = ['x'] }",
        "[stages.prod]\naccount = '12'",
        "[stages.prod]\nregion = 'here'",
        "[stages.prod]\nstage = 1",
        "[stages.prod.functions]\nmemory = 64",
        "[stages.'a b']\nprotected = true",
    ],
)
def test_bad_settings_are_bad(text):
    assert len(problems(text)) == 1


def test_every_setting_is_described():
    workflow = SCHEMA["properties"]["workflow"]["properties"]
    functions = SCHEMA["properties"]["functions"]["properties"]
    for described in (*workflow.values(), *functions.values()):
        assert described["description"].endswith(".")
        assert "default" in described or described["examples"]
