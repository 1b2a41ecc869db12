"""Calls of the AWS SDK for JavaScript, by how they are written."""

import pytest

from maestro_cdk.project.calls import javascript


def calls(text, **environment):
    return [
        (call.service, call.operation, dict(call.arguments), call.line)
        for call in javascript.find(text, environment)
    ]


@pytest.mark.parametrize(
    "imported",
    [
        'import { S3Client, PutObjectCommand } from "@aws-sdk/client-s3";',
        "const { S3Client, PutObjectCommand } = require('@aws-sdk/client-s3');",
        'import { S3Client,\n  PutObjectCommand,\n} from "@aws-sdk/client-s3";',
    ],
)
def test_a_command_that_is_sent(imported):
    text = f'{imported}\nawait s3.send(new PutObjectCommand({{ Bucket: "b", Key: key, Body }}));\n'
    ((service, operation, arguments, _),) = calls(text)
    assert (service, operation) == ("s3", "PutObject")
    assert arguments == {"Bucket": "b", "Key": None, "Body": None}


def test_the_line_is_that_of_the_command():
    text = 'import { PublishCommand } from "@aws-sdk/client-sns";\n\n\nnew PublishCommand({});\n'
    assert calls(text)[0][3] == 4


def test_a_command_under_another_name():
    text = (
        'import { PutObjectCommand as Put } from "@aws-sdk/client-s3";\nnew Put({ Bucket: "b" });'
    )
    assert calls(text)[0][1:3] == ("PutObject", {"Bucket": "b"})


def test_a_document_command_is_of_an_item():
    text = (
        'import { PutCommand } from "@aws-sdk/lib-dynamodb";\nnew PutCommand({ TableName: "t" });'
    )
    assert calls(text)[0][:3] == ("dynamodb", "PutItem", {"TableName": "t"})


def test_a_client_with_methods():
    text = (
        'import { SFN } from "@aws-sdk/client-sfn";\nconst sfn = new SFN({});\n'
        'await sfn.startExecution({ stateMachineArn: "arn" });\n'
    )
    assert calls(text) == [("sfn", "startExecution", {"stateMachineArn": "arn"}, 3)]


@pytest.mark.parametrize(
    "given", ["process.env.TABLE", "NAME", "'orders'"], ids=["variable", "constant", "written"]
)
def test_a_name_that_is_read_from_the_environment_is_known(given):
    text = (
        'import { GetItemCommand } from "@aws-sdk/client-dynamodb";\n'
        "const NAME: string = process.env.TABLE;\n"
        f"new GetItemCommand({{ TableName: {given}, Key: {{ id: {{ S: 'x' }} }} }});\n"
    )
    assert calls(text, TABLE="orders")[0][2]["TableName"] == "orders"


@pytest.mark.parametrize(
    "text",
    [
        "new PutObjectCommand({})",
        'import { PutObjectCommand } from "./mine";\nnew PutObjectCommand({})',
        'import { PutObjectCommand } from "@aws-sdk/client-s3";\n// new PutObjectCommand({})',
        'import { S3Client } from "@aws-sdk/client-s3";\nnew S3Client({})',
    ],
)
def test_what_is_no_call_is_none(text):
    assert calls(text) == []


def test_arguments_that_are_spread_are_not_all():
    text = 'import { PutObjectCommand as P } from "@aws-sdk/client-s3";\n'
    assert [c.whole for c in javascript.find(text + "new P({ ...given });", {})] == [False]
    assert [c.whole for c in javascript.find(text + "new P(given);", {})] == [False]
    assert [c.whole for c in javascript.find(text + 'new P({ Bucket: "b" });', {})] == [True]


def test_pages_are_calls():
    text = (
        'import { paginateListObjectsV2 } from "@aws-sdk/client-s3";\n'
        'for await (const page of paginateListObjectsV2({ client }, { Bucket: "b" })) {}\n'
    )
    assert calls(text) == [("s3", "ListObjectsV2", {}, 2)]


@pytest.mark.parametrize(
    "text",
    [
        "/*" * 100_000,
        "import {" * 20_000,
        "a" * 500_000,
        "new P({" * 5_000,
        "const s = new S3({});" * 500 + "s.getObject({" * 500,
    ],
    ids=["comments", "imports", "long", "nested", "many"],
)
def test_bundled_code_is_read_to_its_end(text):
    imports = 'import { PutObjectCommand as P, S3 } from "@aws-sdk/client-s3";\n'
    assert isinstance(calls(f"{imports}{text}"), list)
