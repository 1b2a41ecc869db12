"""Calls of boto3, by how they are written."""

import pytest

from maestro_cdk.project.calls import python


def calls(text, **environment):
    return [
        (call.service, call.operation, dict(call.arguments), call.line)
        for call in python.find(text, environment)
    ]


def test_a_client_at_the_top_of_a_module():
    text = "import boto3\ns3 = boto3.client('s3')\ndef handler(e, c):\n    s3.get_object(Bucket='b', Key=e['k'])\n"
    assert calls(text) == [("s3", "get_object", {"Bucket": "b", "Key": None}, 4)]


@pytest.mark.parametrize(
    "made",
    [
        "client = boto3.client('sqs')",
        "client = boto3.client('sqs', region_name='eu-west-1')",
        "client: object = boto3.client('sqs')",
        "session = boto3.Session()\nclient = session.client('sqs')",
        "NAME = 'sqs'\nclient = boto3.client(NAME)",
    ],
)
def test_a_client_however_it_is_made(made):
    text = f"{made}\ndef handler(e, c):\n    client.send_message(QueueUrl='q', MessageBody='m')\n"
    ((service, operation, _, _),) = calls(text)
    assert (service, operation) == ("sqs", "send_message")


def test_a_client_that_is_an_attribute():
    text = (
        "class A:\n    def __init__(self):\n        self.sns = boto3.client('sns')\n"
        "    def tell(self):\n        self.sns.publish(TopicArn='t')\n"
    )
    assert [call[:2] for call in calls(text)] == [("sns", "publish")]


def test_a_client_that_is_used_at_once():
    assert calls("boto3.client('sts').get_caller_identity()") == [
        ("sts", "get_caller_identity", {}, 1)
    ]


def test_a_table_hands_on_its_name():
    text = "table = boto3.resource('dynamodb').Table('orders')\ntable.put_item(Item={})\n"
    assert calls(text) == [("dynamodb", "put_item", {"TableName": "orders", "Item": None}, 2)]


def test_a_batch_of_a_table_writes_in_batches():
    text = (
        "table = boto3.resource('dynamodb').Table('orders')\n"
        "with table.batch_writer() as batch:\n    batch.put_item(Item={})\n"
    )
    assert ("batch_write_item", {"TableName": "orders"}) in [call[1:3] for call in calls(text)]


@pytest.mark.parametrize(
    "expression",
    [
        "os.environ['TABLE']", "os.environ.get('TABLE')", "os.getenv('TABLE', 'other')",
        "NAME", "'orders'",
    ],
)  # fmt: skip
def test_a_name_that_is_read_from_the_environment_is_known(expression):
    text = (
        "NAME = os.environ['TABLE']\nddb = boto3.client('dynamodb')\n"
        f"ddb.get_item(TableName={expression}, Key={{}})\n"
    )
    ((_, _, arguments, _),) = calls(text, TABLE="orders")
    assert arguments["TableName"] == "orders"


def test_a_name_that_is_given_twice_is_not_known():
    text = "N = 'a'\nN = 'b'\nboto3.client('s3').list_objects_v2(Bucket=N)\n"
    assert calls(text)[0][2] == {"Bucket": None}


@pytest.mark.parametrize(
    ("call", "operation"),
    [
        ("s3.upload_file('f', 'b', 'k')", "put_object"),
        ("s3.download_fileobj('b', 'k', f)", "get_object"),
        ("s3.get_paginator('list_objects_v2').paginate()", "list_objects_v2"),
        ("s3.generate_presigned_url('get_object', Params={})", "get_object"),
    ],
)
def test_methods_that_are_no_operation_come_to_one(call, operation):
    assert [found[1] for found in calls(f"s3 = boto3.client('s3')\n{call}\n")] == [operation]


@pytest.mark.parametrize(
    "text", ["x.put_item()", "def f(:", "s3 = other('s3')\ns3.get_object()", ""]
)
def test_what_is_no_call_of_boto3_is_none(text):
    assert calls(text) == []


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("s3.upload_file('f', 'b', 'k')", {"Bucket": "b", "Key": "k"}),
        ("s3.upload_fileobj(f, Bucket='b', Key=k)", {"Bucket": "b", "Key": None}),
        ("s3.download_file('b', 'k', 'f')", {"Bucket": "b", "Key": "k"}),
        ("boto3.resource('s3').Bucket('b').upload_file('f', 'k')", {"Bucket": "b", "Key": "k"}),
        ("boto3.resource('s3').Object('b', 'k').download_file('f')", {"Bucket": "b", "Key": "k"}),
        ("s3.get_paginator('list_objects_v2').paginate(Bucket='b')", {"Bucket": "b"}),
    ],
)
def test_what_is_given_in_order_and_to_pages_is_known(call, arguments):
    assert calls(f"s3 = boto3.client('s3')\n{call}\n")[-1][2] == arguments


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("text", ["x = '\\d'", f"x = a{'.b(1)' * 1200}", "x = " + "(" * 5000])
def test_code_that_python_minds_is_read_in_silence(text):
    assert calls(f"{text}\nboto3.client('s3').nothing()" if "\\" in text else text) in (
        [],
        [("s3", "nothing", {}, 2)],
    )
