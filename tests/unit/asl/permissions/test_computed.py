"""What is computed is told of, wherever it makes a permission wider."""

import time

import pytest

from maestro_cdk.asl import integrations
from maestro_cdk.asl.integrations import OPTIMIZED
from tests.unit.asl.permissions.permitting import MODELS, of_task, said, table

ANYTHING = "{% $x %}"

SERVICES = (
    "athena", "bedrockruntime", "dynamodb", "eventbridge", "kms", "lambda", "networkfirewall",
    "polly", "rdsdata", "redshiftdata", "rekognition", "s3", "secretsmanager", "sfn", "sns", "sqs",
    "transcribe",
)  # fmt: skip
"""Those that are read otherwise than by IAM's forms, and one whose calls name ARNs."""

ROLE = "arn:aws:iam::123456789012:role/r"
S3_OBJECT = {"S3Object": {"Bucket": "known", "Name": "known"}}
KNOWN = {
    "DestinationConfig": {"S3Uri": "s3://known/k"},
    "Document": S3_OBJECT,
    "Image": S3_OBJECT,
    "InputDataConfig": {"S3Uri": "s3://known/k"},
    "Media": {"MediaFileUri": "s3://known/k"},
    "OutputConfig": {"S3Bucket": "known", "S3Prefix": "known"},
    "ResultConfiguration": {"OutputLocation": "s3://known/k"},
    "Statement": 'SELECT * FROM "known"',
    "Video": S3_OBJECT,
}
"""What stands for a parameter where no other sample is as good."""


def sample(name):
    """What an argument of this name may be, written out."""
    if name in KNOWN:
        return KNOWN[name]
    small = name.lower()
    if "role" in small:
        return ROLE
    if small.endswith("url"):
        return "https://sqs.eu-west-1.amazonaws.com/123456789012/known"
    return "known"


def computed(value, expression):
    """The argument, each text in it computed."""
    if isinstance(value, dict):
        return {key: computed(inner, expression) for key, inner in value.items()}
    return expression(value)


def wide(found):
    """Actions with what they are allowed on that has a `*` in it."""
    return {
        (action, arn) for action, arns in table(found).items() for arn in arns if "*" in arn
    } | {
        (action, str(item.conditions))
        for item in found.statements
        for action in item.actions
        if "*" in str(item.conditions)
    }


def calls():
    """Every optimized integration, waiting where it can, and every call of some services."""
    for service, actions in OPTIMIZED.items():
        for action, what in actions.items():
            found = integrations.parse(f"arn:aws:states:::{service}:{action}")
            if found.api:
                sync = next((each for each in sorted(what.patterns) if "sync" in each), "")
                dot = "." if sync else ""
                yield f"{service}:{action}{dot}{sync}", *found.api
    for service in SERVICES:
        for action in MODELS.service(service).actions:
            yield f"aws-sdk:{service}:{action}", service, action


@pytest.mark.parametrize(
    "expression",
    [lambda _: ANYTHING, lambda text: f"{{% '{text}' & $x %}}"],
    ids=["altogether", "its end"],
)
def test_no_argument_makes_a_permission_wider_that_nothing_is_said_of(expression):
    asked = 0
    silent = []
    for name, service, action in calls():
        operation = MODELS.service(service).operation(action)
        members = operation.parameters.members if operation and operation.parameters else ()
        given = {member: sample(member) for member in members}
        known = of_task(name, given)
        for member, value in given.items():
            found = of_task(name, {**given, member: computed(value, expression)})
            asked += 1
            more = wide(found) - wide(known)
            if more and not set(said(found)) - set(said(known)):
                silent.append((name, member, min(more)))
    assert silent == []
    assert asked > 3_500


# --- what is known of a text is kept ---------------------------------------------------------

TOPIC = "arn:aws:sns:eu-west-1:123456789012:orders-"


@pytest.mark.parametrize(
    ("topic", "expected", "severity"),
    [
        (f"{{% '{TOPIC}' & $x %}}", f"{TOPIC}*", "info"),
        ("{% 'arn:aws:sns:eu-west-1:' & $x %}", "arn:aws:sns:eu-west-1:*:*", "warning"),
        ("{% 'arn:aws:sns:' & $x %}", "arn:aws:sns:*:*:*", "warning"),
        ("{% 'arn:aws:' & $x %}", "arn:PARTITION:sns:REGION:*:*", "warning"),
        (ANYTHING, "arn:PARTITION:sns:REGION:*:*", "warning"),
    ],
)
@pytest.mark.parametrize("argument", ["TopicArn", "TargetArn"])
def test_a_topic_whose_end_is_computed(argument, topic, expected, severity):
    found = of_task("sns:publish", {argument: topic})
    assert [item.resources for item in found.statements] == [(expected,)]
    ((rule, how, message),) = said(found)
    assert (rule, how) == ("wide-permission", severity)
    assert message.startswith(f"{argument} is computed")


@pytest.mark.parametrize(
    ("function", "expected", "severity"),
    [
        (ANYTHING, ["flow_manager", "flow_other"], "info"),
        ("{% 'flow_man' & $x %}", ["flow_manager"], "info"),
        ("{% 'REGION' & $x %}", ["REGION*"], "info"),
        ("{% 'flow_manager:' & $version %}", ["flow_manager"], None),
    ],
)
def test_a_function_of_which_the_name_begins_is_known(function, expected, severity):
    found = of_task("lambda:invoke", {"FunctionName": function}, functions=("manager", "other"))
    arns = table(found)["lambda:InvokeFunction"]
    assert sorted({arn.partition(":function:")[2].partition(":")[0] for arn in arns}) == expected
    assert [how for _, how, _ in said(found)] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("written", "expected", "severity"),
    [
        ("arn:aws:lambda:eu-west-1:999999999999:function:other-", "other-*", "info"),
        ("arn:aws:lambda:eu-west-1:999999999999:function:", "*", "warning"),
        ("arn:aws:lambda:eu-west-1:999999999999:", "*", "warning"),
    ],
)
def test_a_function_of_somebody_else_is_none_of_the_folder(written, expected, severity):
    found = of_task("lambda:invoke", {"FunctionName": f"{{% '{written}' & $x %}}"})
    arns = table(found)["lambda:InvokeFunction"]
    assert arns == [f"arn:aws:lambda:eu-west-1:999999999999:function:{expected}"]
    assert [how for _, how, _ in said(found)] == [severity]


def test_a_version_that_is_computed_is_one_of_the_functions_own():
    found = of_task("lambda:invoke", {"FunctionName": "{% 'theirs:' & $version %}"})
    own = "lambda::function:theirs"
    assert table(found) == {"lambda:InvokeFunction": [own, f"{own}:*"]}
    assert said(found) == []


@pytest.mark.parametrize(
    ("key", "conditions", "severity"),
    [
        ("alias/app", {"StringEquals": {"kms:RequestAlias": "alias/app"}}, None),
        ("{% 'alias/app-' & $x %}", {"StringLike": {"kms:RequestAlias": "alias/app-*"}}, "info"),
        ("{% 'alias/' & $x %}", {"StringLike": {"kms:RequestAlias": "alias/*"}}, "warning"),
        (ANYTHING, {}, "warning"),
    ],
)
def test_an_alias_of_which_the_beginning_is_known(key, conditions, severity):
    found = of_task("aws-sdk:kms:encrypt", {"KeyId": key, "Plaintext": "x"})
    (statement,) = found.statements
    assert statement.conditions == conditions
    assert statement.resources == ("arn:PARTITION:kms:REGION:ACCOUNT_ID:key/*",)
    assert [how for _, how, _ in said(found)] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("statement", "expected", "message"),
    [
        ('SELECT\n  * FROM "orders"', {"PartiQLSelect": "orders"}, None),
        ('\tupdate\t"orders" SET x=1', {"PartiQLUpdate": "orders"}, None),
        ("{% 'SELECT * FROM orders WHERE id = ' & $id %}", {"PartiQLSelect": "orders"}, None),
        (
            "States.Format('DELETE FROM \"orders-{}\"', $.x)",
            {"PartiQLDelete": "orders-*"},
            "what Statement is about is not known",
        ),
        (
            "frobnicate",
            dict.fromkeys(("PartiQL" + v for v in ("Select", "Insert", "Update", "Delete")), "*"),
            "what Statement is about is not known",
        ),
    ],
)
def test_a_statement_of_partiql_says_what_it_does(statement, expected, message):
    language = "JSONPath" if statement.startswith("States.") else "JSONata"
    field = {"JSONPath": {"Parameters": {"Statement.$": statement}}}
    more = field.get(language, {"Arguments": {"Statement": statement}})
    found = of_task("aws-sdk:dynamodb:executeStatement", more=more, language=language)
    rows = {f"dynamodb:{verb}": f"dynamodb::table/{name}" for verb, name in expected.items()}
    assert {action: arns[0] for action, arns in table(found).items()} == rows
    assert [text.partition(",")[0] for _, _, text in said(found)] == ([message] if message else [])


def test_what_is_made_is_tagged_where_it_may_be_made():
    found = of_task("aws-sdk:sqs:createQueue", {"QueueName": ANYTHING, "Tags": []})
    assert set(table(found)) == {"sqs:CreateQueue", "sqs:TagQueue"}
    (message,) = [text for _, _, text in said(found)]
    assert "sqs:CreateQueue, sqs:TagQueue" in message


# --- in bounded time -------------------------------------------------------------------------

SECONDS = 10
"""A hundred times what it takes."""


@pytest.mark.parametrize(
    ("resource", "arguments"),
    [
        ("aws-sdk:s3:putObject", {"Bucket": "b", "Key": f"{{%{' ' * 100_000}x"}),
        ("aws-sdk:s3:putObject", {"Bucket": "b", "Key": f"{{% 'a' &{' ' * 100_000}! %}}"}),
        ("athena:startQueryExecution", {"QueryString": " (" * 100_000}),
        ("aws-sdk:dynamodb:executeStatement", {"Statement": "from " * 100_000}),
        ("aws-sdk:glue:getJob", {"kms" * 100_000: "x"}),
    ],
    ids=["open", "joined", "query", "statement", "name"],
)
def test_a_long_text_is_read_once(resource, arguments):
    start = time.perf_counter()
    of_task(resource, arguments)
    assert time.perf_counter() - start < SECONDS
