"""Where each setting comes from, and what is refused with which line."""

import json

import pytest

from maestro_cdk.asl.rules import registry
from maestro_cdk.errors import ProjectError
from maestro_cdk.model import PolicyStatement, Vpc
from maestro_cdk.project import schema, settings, tables
from maestro_cdk.project.settings import Flags


@pytest.fixture
def load(folder, home):
    """Load the settings of a folder with this maestro.toml."""

    def loaded(text="", *, name="approval", environ=None, **flags):
        files = {"maestro.toml": text} if text else {}
        return settings.load(
            folder(files, name=name), Flags(**flags), environ=environ or {}, home=home
        )

    return loaded


@pytest.fixture
def refused(load):
    """The findings about a maestro.toml, as (line, message)."""

    def findings(text, **more):
        with pytest.raises(ProjectError) as caught:
            load(text, **more)
        return [(f.where.line, f.message) for f in caught.value.findings]

    return findings


def user_file(home, text):
    (home / ".maestro").mkdir()
    (home / ".maestro" / "config.toml").write_text(text)


def original_file(home, text):
    (home / ".maestro").mkdir()
    (home / ".maestro" / "aws_account_info.json").write_text(text)


# --- defaults --------------------------------------------------------------------------------


def test_without_any_file_everything_is_as_documented(load):
    found = load()
    assert found.workflow.name == "approval"
    assert (found.workflow.type, found.workflow.logging) == ("STANDARD", "ERROR")
    assert found.workflow.timeout is None
    assert (found.defaults.memory, found.defaults.timeout) == (256, 30)
    assert (found.defaults.architecture, found.defaults.log_retention) == ("arm64", 14)
    assert found.functions == {}
    assert found.target.region is None
    assert found.origins == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("my_flow", "my-flow"), ("my flow.v2", "my-flow-v2"), ("fluß", "flu-"), ("ok-1", "ok-1")],
)
def test_a_name_becomes_letters_digits_and_hyphens(load, name, expected):
    assert load(name=name).workflow.name == expected
    assert load(f'[workflow]\nname = "{name}"').workflow.name == expected


def test_an_express_workflow_logs_everything_unless_told_otherwise(load):
    express = load('[workflow]\ntype = "EXPRESS"').workflow
    assert (express.logging, express.execution_data) == ("ALL", True)
    told = load('[workflow]\ntype = "EXPRESS"\nlogging = "OFF"\nexecution_data = false').workflow
    assert (told.logging, told.execution_data) == ("OFF", False)


# --- layers ----------------------------------------------------------------------------------

TOML = """
[stages.prod]
region = "eu-west-3"
"""


@pytest.mark.parametrize(
    ("flag", "environ", "stage", "user", "expected", "origin"),
    [
        ("us-east-1", {"MAESTRO_REGION": "x"}, "prod", True, "us-east-1", "flag"),
        (
            None,
            {"MAESTRO_REGION": "us-east-2", "AWS_REGION": "x", "AWS_DEFAULT_REGION": "x"},
            "prod",
            True,
            "us-east-2",
            "MAESTRO_REGION",
        ),
        (
            None,
            {"AWS_REGION": "us-west-1", "AWS_DEFAULT_REGION": "x"},
            "prod",
            True,
            "us-west-1",
            "AWS_REGION",
        ),
        (
            None,
            {"AWS_DEFAULT_REGION": "us-west-2"},
            "prod",
            True,
            "us-west-2",
            "AWS_DEFAULT_REGION",
        ),
        (None, {"AWS_REGION": ""}, "prod", True, "eu-west-3", "maestro.toml [stages.prod]"),
        (None, {}, None, True, "ap-south-1", "~/.maestro/config.toml"),
        (None, {}, None, False, None, None),
    ],
)
def test_the_region_is_of_the_highest_layer_that_has_one(
    load, home, flag, environ, stage, user, expected, origin
):
    if user:
        user_file(home, 'region = "ap-south-1"')
    found = load(TOML, environ=environ, stage=stage, region=flag)
    assert found.target.region == expected
    assert found.origins.get("region") == origin


@pytest.mark.parametrize(
    ("environ", "flag", "outranked"),
    [
        ({"AWS_REGION": "us-west-1"}, None, "eu-west-3"),
        ({"AWS_DEFAULT_REGION": "us-west-1"}, None, "eu-west-3"),
        ({"AWS_REGION": "eu-west-3"}, None, None),
        ({"AWS_REGION": "us-west-1"}, "us-west-1", None),
        ({"AWS_REGION": "us-west-1", "MAESTRO_REGION": "us-west-1"}, None, None),
        ({}, None, None),
    ],
)
def test_a_stages_region_that_a_variable_of_awss_outranks_is_known(load, environ, flag, outranked):
    assert load(TOML, environ=environ, stage="prod", region=flag).target.outranked == outranked
    assert load(TOML, environ=environ, region=flag).target.outranked is None


def test_a_stage_is_of_the_flag_or_else_of_the_environment(load):
    assert load(TOML, stage="a", environ={"MAESTRO_STAGE": "prod"}).stage == "a"
    assert load(TOML, environ={"MAESTRO_STAGE": "prod"}).stage == "prod"
    assert load(TOML, environ={"MAESTRO_STAGE": ""}).stage is None


@pytest.mark.parametrize("variable", ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"])
def test_credentials_of_the_environment_count_above_a_profile_of_a_file(load, home, variable):
    user_file(home, 'profile = "theirs"')
    text = '[stages.prod]\nprofile = "prod"'
    assert load(text, stage="prod").target.profile == "prod"
    assert load(text).target.profile == "theirs"
    for stage in ("prod", None):
        assert load(text, stage=stage, environ={variable: "x"}).target.profile is None


def test_a_profile_that_was_asked_for_counts_above_credentials_of_the_environment(load):
    keys = {"AWS_ACCESS_KEY_ID": "x"}
    assert load(environ=keys, profile="mine").target.profile == "mine"
    assert load(environ={**keys, "MAESTRO_PROFILE": "mine"}).target.profile == "mine"


def test_a_stage_belongs_to_its_account(load):
    assert load('[stages.prod]\naccount = "123456789012"', stage="prod").target.account == (
        "123456789012"
    )


def test_the_originals_file_is_read_where_there_is_no_other(load, home):
    original_file(home, json.dumps({"accountNumber": "123456789012", "region": "sa-east-1"}))
    assert load().target.region == "sa-east-1"
    (home / ".maestro" / "config.toml").write_text('region = "eu-north-1"')
    assert load().target.region == "eu-north-1"


def test_the_originals_region_counts_without_its_account(load, home):
    original_file(home, '{"region": "sa-east-1"}')
    assert load().target.region == "sa-east-1"


def test_a_users_own_account_is_none_that_credentials_are_held_to(load, home):
    original_file(home, json.dumps({"accountNumber": "123456789012", "region": "sa-east-1"}))
    assert load().target.account is None
    (home / ".maestro" / "config.toml").write_text('account = "123456789012"')
    assert load().target.account is None
    assert "account" not in load().origins


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '"x"', "{}", '{"accountNumber": "1"}', '{"region": 1}', "[" * 100_000],
    ids=lambda text: text[:20],
)
def test_an_originals_file_that_is_broken_is_no_obstacle(load, home, text):
    original_file(home, text)
    assert load().target.region is None


def test_a_users_file_is_checked_too(home, refused):
    user_file(home, 'regoin = "eu-west-1"\n')
    assert refused("") == [(1, "this file has no setting 'regoin'")]


@pytest.mark.parametrize("text", ['region = "x', "region = 1"])
def test_a_users_file_is_named_as_the_users(load, home, text):
    user_file(home, text)
    with pytest.raises(ProjectError) as caught:
        load()
    assert caught.value.where.file == "~/.maestro/config.toml"


def test_a_file_where_the_users_folder_could_be_is_no_obstacle(load, home):
    (home / ".maestro").write_text("")
    assert load().target.region is None


@pytest.mark.parametrize("path", ["maestro.toml", "~/.maestro/config.toml"])
def test_a_file_that_cannot_be_read_is_a_problem(load, folder, home, path):
    (folder() / path if path == "maestro.toml" else home / path[2:]).mkdir(parents=True)
    with pytest.raises(ProjectError) as caught:
        load()
    assert caught.value.message == f"{path} cannot be read: Is a directory"
    assert caught.value.where.file == path


# --- stages ----------------------------------------------------------------------------------


def test_a_stage_overrides_the_project_and_tables_merge(load):
    text = """
[workflow]
logging = "ALL"
tracing = true
tags = { team = "payments", tier = "1" }
[workflow.substitutions]
Table = "orders"
Topic = "t"
[stages.prod]
protected = true
tags = { tier = "0" }
[stages.prod.workflow]
logging = "FATAL"
[stages.prod.workflow.substitutions]
Table = "orders-prod"
"""
    plain, prod = load(text).workflow, load(text, stage="prod").workflow
    assert (plain.protected, plain.logging) == (False, "ALL")
    assert (prod.protected, prod.logging, prod.tracing) == (True, "FATAL", True)
    assert prod.tags == {"team": "payments", "tier": "0"}
    assert prod.substitutions == {"Table": "orders-prod", "Topic": "t"}


def test_functions_get_defaults_then_their_own_then_the_stages(load):
    text = """
[functions]
memory = 512
environment = { A = "1", B = "1" }
policies = ["AmazonS3ReadOnlyAccess"]
[functions.manager]
timeout = 60
environment = { B = "2" }
policies = []
[stages.prod.functions]
memory = 1024
environment = { C = "3" }
[stages.prod.functions.manager]
timeout = 90
"""
    plain = load(text)
    assert plain.defaults.memory == 512
    assert plain.functions["manager"].memory == 512
    assert plain.functions["manager"].timeout == 60
    assert plain.functions["manager"].environment == {"A": "1", "B": "2"}
    assert plain.functions["manager"].policies == ()
    prod = load(text, stage="prod")
    assert (prod.defaults.memory, prod.functions["manager"].memory) == (1024, 1024)
    assert prod.functions["manager"].timeout == 90
    assert prod.functions["manager"].environment == {"A": "1", "B": "2", "C": "3"}
    assert prod.defaults.policies == ("AmazonS3ReadOnlyAccess",)


def test_origins_name_the_table_that_counts(load):
    text = "[functions]\nmemory = 512\n[functions.f]\nmemory = 1024\n[stages.p.functions.f]\nmemory = 128"
    found = load(text, stage="p")
    assert found.origins["functions.memory"] == "maestro.toml [functions]"
    assert found.origins["functions.f.memory"] == "maestro.toml [stages.p.functions.f]"


def test_a_stage_that_is_in_no_file_needs_no_table(load):
    assert load(stage="feature-7").stage == "feature-7"


def test_a_misspelt_stage_is_told_the_nearest(load):
    with pytest.raises(ProjectError) as caught:
        load("[stages.prod]\nprotected = true", stage="prd")
    assert caught.value.message == "there is no stage 'prd'"
    assert caught.value.hint.startswith("did you mean 'prod'?")


def test_a_stage_of_other_characters_is_refused(refused):
    ((_, message),) = refused("", stage="a b")
    assert "letters, digits and hyphens" in message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('region = "eu"', 'region = "eu": it takes'),
        ("logging = 1", "logging = 1: it takes"),
        ("acount = 1", "[stages.prod] has no setting 'acount'"),
        ('[stages."my stage"]', "a stage's name holds letters, digits and hyphens: 'my stage'"),
        ("[stages.prod.workflow]\ntimeout = 0", "timeout = 0: it takes"),
        ("[stages.prod.workflow]\nx = 0", "[stages.prod.workflow] has no setting 'x'"),
        ("[stages.prod.functions]\nmemory = 1", "memory = 1: it takes"),
        ("[stages.prod.functions.f]\nmemory = 1", "memory = 1: it takes"),
        ("[stages.prod.functions.f]\nx = 1", "[stages.prod.functions.f] has no setting 'x'"),
    ],
)
@pytest.mark.parametrize("stage", [None, "dev", "prod"])
def test_every_stage_is_checked_once_whichever_is_chosen(refused, line, message, stage):
    text = f"[stages.dev]\n[stages.prod]\n{line}\n"
    ((number, found),) = refused(text, stage=stage)
    assert number == len(text.splitlines())
    assert found.startswith(message)


@pytest.mark.parametrize("stage", [None, "prod"])
def test_a_stage_that_is_no_table_is_one_problem(refused, stage):
    assert refused("[stages]\nprod = 1", stage=stage) == [(2, "'prod' is a table")]


def test_a_functions_runtime_is_what_its_own_table_says(load):
    text = '[functions]\nruntime = "python3.12"\n[functions.a]\nmemory = 128\n[functions.b]\n'
    text += 'runtime = "python3.11"\n[stages.p.functions.a]\nruntime = "python3.10"'
    assert load(text, stage="p").functions["a"].runtime == "python3.10"
    found = load(text)
    assert found.defaults.runtime == "python3.12"
    assert (found.functions["a"].runtime, found.functions["b"].runtime) == (None, "python3.11")


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("\n[workflw]\n", 2, "this file has no setting 'workflw'", "did you mean 'workflow'?"),
        (
            "[workflow]\nnam = 1",
            2,
            "[workflow] has no setting 'nam'",
            "did you mean 'name'?",
        ),
        (
            "[functions]\nmemroy = 1",
            2,
            "[functions] has no setting 'memroy'",
            "did you mean 'memory'?",
        ),
        (
            "[functions]\n[functions.f]\n\nhandlr = 1",
            4,
            "[functions.f] has no setting 'handlr'",
            "did you mean 'handler'?",
        ),
        (
            "[stages.p]\nacount = 1",
            2,
            "[stages.p] has no setting 'acount'",
            "did you mean 'account'?",
        ),
        ("workflow = 1", 1, "'workflow' is a table", "write [workflow]"),
    ],
)
def test_an_unknown_key_is_refused_with_its_line_and_the_nearest(load, text, line, message, hint):
    with pytest.raises(ProjectError) as caught:
        load(text)
    (finding,) = caught.value.findings
    assert (finding.where.file, finding.where.line) == ("maestro.toml", line)
    assert (finding.message, finding.hint) == (message, hint)


@pytest.mark.parametrize(
    ("table", "value"),
    [
        ("workflow", 'type = "express"'),
        ("workflow", "logging = true"),
        ("workflow", "timeout = 0"),
        ("workflow", "timeout = true"),
        ("workflow", "timeout = 1.5"),
        ("workflow", 'tracing = "yes"'),
        ("workflow", "tags = { a = 1 }"),
        ("workflow", 'permissions_boundary = "Boundary"'),
        ("workflow", 'disable_rules = "endings"'),
        ("workflow", "policies = [1]"),
        ("workflow", 'policies = [{ actions = ["s3:GetObject"] }]'),
        ("workflow", "substitutions = { a = [] }"),
        ("workflow", 'policies = [{ actions = [], resources = ["*"] }]'),
        ("workflow", 'policies = [{ actions = ["s3:GetObject"], resources = [] }]'),
        ("workflow", 'substitutions = { "a b" = 1 }'),
        ("workflow", 'substitutions = { "a-b" = 1 }'),
        ("workflow", 'substitutions = { "a.b" = 1 }'),
        ("workflow", 'substitutions = { "" = 1 }'),
        ("workflow", 'disable_rules = ["endngs"]'),
        ("workflow", 'disable_rules = ["json-syntax"]'),
        ("workflow", "substitutions = { a = nan }"),
        ("workflow", "substitutions = { a = inf }"),
        ("workflow", "substitutions = { a = 2026-01-01 }"),
        ("functions", "memory = 127"),
        ("functions", "memory = 10241"),
        ("functions", "timeout = 901"),
        ("functions", "timeout = 0"),
        ("functions", 'architecture = "arm"'),
        ("functions", "environment = { A = 1 }"),
        ("functions", 'environment = { AWS_REGION = "x" }'),
        ("functions", 'environment = { _HANDLER = "x" }'),
        ("functions", 'environment = { LAMBDA_TASK_ROOT = "x" }'),
        ("functions", 'environment = { MY-VAR = "x" }'),
        ("functions", 'environment = { 1A = "x" }'),
        ("functions", "policies = [{ actions = [], resources = [] }]"),
        ("functions", "log_retention = 15"),
        ("functions", "log_retention = true"),
        ("functions", "ephemeral_storage = 511"),
        ("functions", "reserved_concurrency = -1"),
        ("functions", 'vpc = { subnets = ["s"] }'),
        ("functions", 'vpc = { subnets = "s", security_groups = [] }'),
        ("functions", 'dead_letter = "queue"'),
        ("functions", 'layers = ["1", "2", "3", "4", "5", "6"]'),
        ("functions", 'handler = "a b"'),
        ("functions", 'runtime = "pyhton3.13"'),
        ("functions", "runtime = 3.13"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_line(refused, table, value):
    key = value.split(" ")[0]
    ((line, message),) = refused(f"[{table}]\n\n{value}")
    assert line == 3
    assert message.startswith(f"{key} = ")
    assert "it takes" in message


@pytest.mark.parametrize("value", ['account = "12345"', "account = 123456789012", 'region = "eu"'])
def test_a_target_that_cannot_be_is_refused(refused, value):
    ((line, _),) = refused(f"[stages.p]\n{value}", stage="p")
    assert line == 2


@pytest.mark.parametrize(
    ("rule", "message", "hint"),
    [
        ("endngs", "ids of rules, and 'endngs' is none", "did you mean 'endings'? "),
        ("zzz", "ids of rules, and 'zzz' is none", "`maestro validate --rules` lists them"),
        (
            "json-syntax",
            (
                "rules that can be switched off, and 'json-syntax' is none: "
                "what it finds cannot be deployed"
            ),
            "those that can: ",
        ),
    ],
)
def test_a_rule_that_cannot_be_switched_off_is_told_why(load, rule, message, hint):
    with pytest.raises(ProjectError) as caught:
        load(f'[workflow]\ndisable_rules = ["endings", "{rule}"]')
    assert caught.value.message.endswith(f"it takes {message}")
    assert caught.value.hint.startswith(hint)


def test_every_rule_that_can_be_switched_off_may_be(load):
    rules = list(registry.OPTIONAL)
    assert load(f"[workflow]\ndisable_rules = {rules}").workflow.disable_rules == tuple(rules)


def test_a_variable_of_lambdas_own_is_named_and_no_value_is_shown(refused):
    text = '[functions]\nenvironment = { KEY = "secret", AWS_REGION = "x" }'
    assert refused(text) == [
        (
            2,
            (
                "environment = { KEY = ..., AWS_REGION = ... }: "
                "it takes other names: AWS_REGION is Lambda's own"
            ),
        )
    ]


def test_variables_that_merely_begin_like_lambdas_own_are_taken(load):
    text = '[functions]\nenvironment = { AWS_LAMBDA_EXEC_WRAPPER = "/opt/x", TZ = "UTC", A1_ = "" }'
    assert len(load(text).defaults.environment) == 3


def test_an_environment_is_no_larger_than_lambda_takes(load, refused):
    room = 4096 - len('{"KEY":""}')
    fits = f'[functions]\nenvironment = {{ KEY = "{"x" * room}" }}\n'
    assert load(fits)
    message = "the environment has {} bytes; Lambda takes at most 4,096"
    assert refused(fits.replace("xx", "xxx", 1)) == [(2, message.format("4,097"))]
    assert refused(fits.replace("xx", "xxx", 1) + "[functions.f]\nmemory = 128") == [
        (2, message.format("4,097"))
    ]
    merged = f'{fits}[functions.f]\n\nenvironment = {{ B = "" }}\n'
    assert refused(merged) == [(5, message.format("4,103"))]


def test_a_region_of_the_european_sovereign_cloud_is_one(load):
    text = '[stages.p]\nregion = "eusc-de-east-1"'
    assert load(text, stage="p").target.region == "eusc-de-east-1"


def test_tables_that_are_nested_too_deeply_are_no_toml(refused):
    ((_, message),) = refused(f"[workflow]\nname = {'[' * 100_000}")
    assert message.startswith("it is not TOML: ")


def test_a_number_of_too_many_digits_is_refused(refused):
    ((_, message),) = refused(f"[workflow]\ntimeout = {'9' * 5000}")
    assert message.startswith("it is not TOML: ")


def test_every_problem_is_named_at_once(refused):
    text = "[workflow]\ntype = 1\nx = 1\n[functions]\nmemory = 1\n[functions.f]\ntimeout = 1000"
    assert sorted(line for line, _ in refused(text)) == [2, 3, 5, 7]


@pytest.mark.parametrize(
    ("text", "line"),
    [('[workflow]\nname = "a', 2), ("[workflow]\n[workflow]\n", 2), ("[workflow]\nname = \n", 2)],
)
def test_what_is_no_toml_is_refused_with_its_line(refused, text, line):
    ((found, message),) = refused(text)
    assert found == line
    assert message.startswith("it is not TOML: ")


def test_a_file_that_is_not_utf_8_is_refused(folder, home):
    root = folder({"maestro.toml": b'[workflow]\nname = "\xff"'})
    with pytest.raises(ProjectError, match="UTF-8"):
        settings.load(root, Flags(), environ={}, home=home)


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_and_windows_line_ends_are_read(folder, home, start, end):
    text = f"{start}[workflow]{end}name = 'x'{end}tracing = true{end}"
    root = folder({"maestro.toml": text.encode()})
    assert settings.load(root, Flags(), environ={}, home=home).workflow.name == "x"


# --- values ----------------------------------------------------------------------------------


def test_policies_and_networks_are_read(load):
    text = """
[functions.f]
policies = ["Managed", { actions = ["s3:GetObject"], resources = ["arn:PARTITION:s3:::b/*"] }]
vpc = { subnets = ["subnet-1"], security_groups = ["sg-1"] }
"""
    found = load(text).functions["f"]
    assert found.policies == (
        "Managed",
        PolicyStatement(actions=("s3:GetObject",), resources=("arn:PARTITION:s3:::b/*",)),
    )
    assert found.vpc == Vpc(subnets=("subnet-1",), security_groups=("sg-1",))


@pytest.mark.parametrize(
    "runtime",
    ["python3.13", "nodejs24.x", "java21", "dotnet8", "ruby3.4", "provided.al2023"],
)
def test_runtimes_of_lambda_are_taken(load, runtime):
    assert load(f'[functions]\nruntime = "{runtime}"').defaults.runtime == runtime


def test_every_key_says_what_it_is_about():
    for keys in (schema.WORKFLOW, schema.FUNCTION, schema.TARGET):
        assert all(key.doc for key in keys.values())


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("workflow",), 1),
        (("workflow", "name"), 2),
        (("workflow", "missing"), 1),
        (("functions", "send-mail", "memory"), 5),
        (("functions", "quoted", "memory"), 7),
        (("nowhere",), 0),
    ],
)
def test_a_key_is_found_in_the_text(path, line):
    text = """[workflow]
name = "x"
[functions]
[functions.send-mail]
memory = 128
[functions."quoted"]
memory = 128
"""
    assert tables.line_of(text, path) == line


# --- releases ----------------------------------------------------------------------------------


def test_a_release_is_read_and_a_stage_has_its_own(load):
    text = """
[workflow.release]
strategy = "canary"
alarms = ["failed", "orders-latency"]
[stages.dev.release]
strategy = "all"
"""
    found = load(text).workflow.release
    assert (found.strategy, found.percentage, found.interval, found.keep) == ("canary", 10, 5, 20)
    assert found.alarms == ("failed", "orders-latency")
    assert found.gradual
    dev = load(text, stage="dev").workflow.release
    assert (dev.strategy, dev.alarms, dev.gradual) == ("all", found.alarms, False)


def test_without_settings_versions_are_kept_and_go_live_at_once(load):
    found = load().workflow.release
    assert (found.strategy, found.keep, found.gradual) == ("all", 20, False)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('strategy = "slow"', 'strategy = "slow": release takes one of all, canary, linear'),
        ("percentage = 100", "percentage = 100: release takes a whole number from 1 to 99"),
        ("interval = 0", "interval = 0: release takes a whole number of minutes from 1 to 2100"),
        ("keep = -1", "keep = -1: release takes a whole number from 0 to 900"),
        ("speed = 1", "speed = 1: release takes none of this name"),
        ("alarms = 'failed'", 'alarms = "failed": release takes'),
    ],
)
def test_what_a_release_does_not_take_is_told_with_its_line(refused, line, said):
    ((at, message),) = refused(
        f"[workflow.release]\npercentage = 5\n{line}\n".replace(
            "percentage = 5\npercentage", "# one\npercentage"
        )
    )
    assert at == 3
    assert message.startswith(said)
