"""What Tasks call, with which arguments, and what they make of the answers."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from maestro_cdk.asl.integrations import parse
from maestro_cdk.engine.callbacks import Callbacks, UnknownTokenError
from maestro_cdk.engine.clocks import VirtualClock
from maestro_cdk.engine.failures import Failure
from maestro_cdk.engine.integrations.activities import Activities
from maestro_cdk.engine.integrations.api import Answer, ApiError, WebAnswer
from maestro_cdk.engine.integrations.jobs import ABORTED
from maestro_cdk.engine.integrations.tasks import ServiceTasks
from maestro_cdk.engine.ports import Request
from maestro_cdk.services.models import BotocoreModels

MODELS = BotocoreModels()
EXECUTION = "arn:aws:states:us-east-1:111111111111:execution:m:e"


class Api:
    """An API that answers one thing after another, and remembers what it was asked."""

    def __init__(self, *answers):
        self.answers, self.calls = list(answers), []

    async def call(self, client, operation, parameters, role):
        self.calls.append((client, operation, parameters))
        return self._next()

    async def web(self, request):
        self.calls.append(request)
        return self._next()

    def _next(self):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def ask(resource, arguments, *answers, during=None, **more):
    """Do a task: (the API, the result or the failure)."""
    clock, callbacks = VirtualClock(), Callbacks()
    activities = Activities(callbacks)
    api = Api(*answers)
    tasks = ServiceTasks(api, MODELS, clock, callbacks, activities)
    request = Request(
        resource=resource,
        integration=parse(resource),
        arguments=arguments,
        execution=EXECUTION,
        **more,
    )

    async def done():
        work = asyncio.create_task(tasks.call(request))
        if during:
            await clock.sleep(1)
            await during(callbacks, activities)
        try:
            return await work
        except Failure as failure:
            return failure

    return api, clock.run(done())


def refused(resource, arguments):
    callbacks = Callbacks()
    activities = Activities(callbacks)
    tasks = ServiceTasks(Api(), MODELS, VirtualClock(), callbacks, activities)
    return tasks.refuses(
        Request(
            resource=resource,
            integration=parse(resource),
            arguments=arguments,
            execution=EXECUTION,
        )
    )


def test_an_sdk_call_is_named_and_shaped_as_the_api_has_it():
    moment = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    api, result = ask(
        "arn:aws:states:::aws-sdk:s3:getObject",
        {"Bucket": "b", "Key": "k", "VersionId": None},
        Answer(result={"Body": b"text", "LastModified": moment, "ResponseMetadata": {}}),
    )
    assert api.calls == [("s3", "GetObject", {"Bucket": "b", "Key": "k"})]
    assert result == {"Body": "text", "LastModified": "2024-01-02T03:04:05.000Z"}


def test_names_in_pascal_case_become_the_apis_own():
    api, result = ask(
        "arn:aws:states:::aws-sdk:sfn:startExecution",
        {"StateMachineArn": "arn", "Input": {"a": 1}},
        Answer(result={"executionArn": "e", "startDate": datetime(2024, 1, 1, tzinfo=UTC)}),
    )
    assert api.calls == [
        ("stepfunctions", "StartExecution", {"stateMachineArn": "arn", "input": '{"a":1}'})
    ]
    assert result == {"ExecutionArn": "e", "StartDate": "2024-01-01T00:00:00.000Z"}


def test_a_text_is_stored_as_json_and_bytes_as_they_are():
    place = {"Bucket": "b", "Key": "k"}
    for body, stored in (("text", b'"text"'), (b"[1]", b"[1]")):
        api, _ = ask(
            "arn:aws:states:::aws-sdk:s3:putObject", {**place, "Body": body}, Answer(result={})
        )
        assert api.calls == [("s3", "PutObject", {**place, "Body": stored})]


@pytest.mark.parametrize(("prefix", "name"), [("", "BOOL"), ("aws-sdk:", "Bool")])
def test_dynamodb_names_the_types_of_attributes_itself(prefix, name):
    _, result = ask(
        f"arn:aws:states:::{prefix}dynamodb:getItem",
        {"TableName": "t", "Key": {"k": {"S": "1"}}},
        Answer(result={"Item": {"open": {"BOOL": True}}}),
    )
    assert result["Item"] == {"open": {name: True}}


def test_an_optimized_call_tells_of_the_answer_too():
    api, result = ask(
        "arn:aws:states:::sqs:sendMessage",
        {"QueueUrl": "u", "MessageBody": {"a": 1}},
        Answer(result={"MessageId": "m"}, headers={"x": "y"}, request_id="r"),
    )
    assert api.calls == [("sqs", "SendMessage", {"QueueUrl": "u", "MessageBody": '{"a":1}'})]
    assert result == {
        "MessageId": "m",
        "SdkHttpMetadata": {
            "AllHttpHeaders": {"x": ["y"]},
            "HttpHeaders": {"x": "y"},
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": "r"},
    }


@pytest.mark.parametrize(
    ("resource", "arguments", "said"),
    [
        (
            "arn:aws:states:::aws-sdk:s3:getObject",
            {"Bucket": "b"},
            "[The field 'Key' is required but was missing]",
        ),
        (
            "arn:aws:states:::aws-sdk:s3:getObject",
            {"Bucket": "b", "Key": 5},
            "[The value for the field 'Key' must be a STRING]",
        ),
        (
            "arn:aws:states:::aws-sdk:s3:getObject",
            {"Bucket": "b", "Key": "k", "Nope": 1},
            "[The field 'Nope' is not supported by Step Functions]",
        ),
        ("arn:aws:states:::aws-sdk:s3:noSuchAction", {}, "is not recognized"),
        (
            "arn:aws:states:us-east-1:111111111111:activity:a",
            {},
            "The activity arn:aws:states:us-east-1:111111111111:activity:a does not exist.",
        ),
    ],
)
def test_what_does_not_fit_is_refused(resource, arguments, said):
    assert said in refused(resource, arguments)


def test_what_fits_is_not():
    assert refused("arn:aws:states:::dynamodb:putItem", {"TableName": "t", "Item": None}) is None


@pytest.mark.parametrize(
    ("resource", "arguments", "error", "named", "cause"),
    [
        (
            "arn:aws:states:::aws-sdk:dynamodb:putItem",
            {},
            ApiError("ConditionalCheckFailedException", "The check failed", 400, "r"),
            "DynamoDb.ConditionalCheckFailedException",
            (
                "The check failed (Service: DynamoDb, Status Code: 400, Request ID: r) "
                "(SDK Attempt Count: 1)"
            ),
        ),
        (
            "arn:aws:states:::aws-sdk:s3:getObject",
            {},
            ApiError("NoSuchKey", "no key", 404, "r"),
            "S3.NoSuchKeyException",
            "no key (Service: S3, Status Code: 404, Request ID: r) (SDK Attempt Count: 1)",
        ),
        (
            # It is no error that GetObject itself names.
            "arn:aws:states:::aws-sdk:s3:getObject",
            {"Bucket": "b", "Key": "k"},
            ApiError("NoSuchBucket", "no", 404, "r"),
            "S3.NoSuchBucketException",
            None,
        ),
        (
            "arn:aws:states:::aws-sdk:secretsmanager:createSecret",
            {},
            ApiError("ValidationException", "Invalid name.", 400, "r"),
            "SecretsManager.SecretsManagerException",
            None,
        ),
        (
            "arn:aws:states:::dynamodb:putItem",
            {},
            ApiError("ValidationException", "no", 400, "r"),
            "DynamoDB.AmazonDynamoDBException",
            (
                "no (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException; "
                "Request ID: r; Proxy: null)"
            ),
        ),
        (
            "arn:aws:states:::sns:publish",
            {},
            ApiError("NotFound", "Topic does not exist", 404, "r"),
            "SNS.NotFoundException",
            (
                "Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; "
                "Request ID: r; Proxy: null)"
            ),
        ),
        (
            "arn:aws:states:::sqs:sendMessage",
            {},
            ApiError(None, "Unable to execute HTTP request"),
            "SQS.SdkClientException",
            "Unable to execute HTTP request",
        ),
        (
            "arn:aws:lambda:us-east-1:111111111111:function:f",
            {},
            ApiError("TooManyRequestsException", "slow down", 429, "r"),
            "Lambda.TooManyRequestsException",
            None,
        ),
    ],
)
def test_errors_are_named_as_aws_names_them(resource, arguments, error, named, cause):
    _, failure = ask(resource, arguments, error)
    assert failure.error == named
    assert cause is None or failure.cause == cause


def function(payload, **more):
    return Answer(result={"StatusCode": 200, "Payload": json.dumps(payload).encode(), **more})


def test_a_function_is_invoked_by_its_arn():
    arn = "arn:aws:lambda:us-east-1:111111111111:function:f"
    api, result = ask(arn, {"a": 1}, function({"b": 2}))
    assert api.calls == [("lambda", "Invoke", {"FunctionName": arn, "Payload": b'{"a":1}'})]
    assert result == {"b": 2}


def test_a_function_is_invoked_by_name():
    api, result = ask(
        "arn:aws:states:::lambda:invoke",
        {"FunctionName": "f", "Payload": {"a": 1}},
        function({"b": 2}, ExecutedVersion="3"),
    )
    assert api.calls == [("lambda", "Invoke", {"FunctionName": "f", "Payload": b'{"a":1}'})]
    assert (result["Payload"], result["ExecutedVersion"], result["StatusCode"]) == (
        {"b": 2},
        "3",
        200,
    )


def test_a_function_that_raises_is_an_error_of_its_name():
    raised = {"errorType": "KeyError", "errorMessage": "'x'"}
    _, failure = ask(
        "arn:aws:states:::lambda:invoke",
        {"FunctionName": "f"},
        function(raised, FunctionError="Unhandled"),
    )
    assert (failure.error, json.loads(failure.cause)) == ("KeyError", raised)


def described(status, **more):
    return Answer(
        result={
            "executionArn": "e",
            "status": status,
            "input": "{}",
            "startDate": datetime(2024, 1, 1, tzinfo=UTC),
            **more,
        }
    )


@pytest.mark.parametrize(("pattern", "output"), [("sync", '{"a":1}'), ("sync:2", {"a": 1})])
def test_a_nested_execution_is_waited_for(pattern, output):
    submitted = []
    api, result = ask(
        f"arn:aws:states:::states:startExecution.{pattern}",
        {"StateMachineArn": "m"},
        Answer(result={"executionArn": "e"}),
        described("RUNNING"),
        described("SUCCEEDED", output='{"a":1}'),
        submitted=submitted.append,
    )
    assert [call[1] for call in api.calls] == [
        "StartExecution",
        "DescribeExecution",
        "DescribeExecution",
    ]
    assert submitted[0]["ExecutionArn"] == "e"
    assert (result["Output"], result["StartDate"]) == (output, 1704067200000)


def test_a_nested_execution_that_fails_fails_the_task():
    _, failure = ask(
        "arn:aws:states:::states:startExecution.sync",
        {"StateMachineArn": "m"},
        Answer(result={"executionArn": "e"}),
        described("FAILED", error="E", cause="C"),
    )
    assert failure.error == "States.TaskFailed"
    assert json.loads(failure.cause)["Error"] == "E"


@pytest.mark.parametrize(
    ("resource", "arguments", "submitted", "states", "ends"),
    [
        (
            "arn:aws:states:::batch:submitJob.sync",
            {"JobName": "n", "JobQueue": "q", "JobDefinition": "d"},
            {"jobId": "1", "jobName": "n"},
            [{"jobs": [{"status": "RUNNING"}]}, {"jobs": [{"status": "SUCCEEDED"}]}],
            {"Status": "SUCCEEDED"},
        ),
        (
            "arn:aws:states:::glue:startJobRun.sync",
            {"JobName": "n"},
            {"JobRunId": "r"},
            [{"JobRun": {"JobRunState": "FAILED"}}],
            "States.TaskFailed",
        ),
        (
            "arn:aws:states:::ecs:runTask.sync",
            {"TaskDefinition": "t"},
            {"tasks": [{"taskArn": "a"}]},
            [{"tasks": [{"lastStatus": "STOPPED", "containers": [{"exitCode": 0}]}]}],
            {"LastStatus": "STOPPED", "Containers": [{"ExitCode": 0}]},
        ),
    ],
)
def test_jobs_are_waited_for(resource, arguments, submitted, states, ends):
    _, result = ask(
        resource, arguments, Answer(result=submitted), *(Answer(result=state) for state in states)
    )
    assert (result.error if isinstance(result, Failure) else result) == ends


@pytest.mark.parametrize(
    ("resource", "arguments", "submitted", "stopped"),
    [
        (
            "states:startExecution.sync:2",
            {"StateMachineArn": "m"},
            {"executionArn": "e"},
            [("stepfunctions", "StopExecution", {"executionArn": "e"})],
        ),
        (
            "glue:startJobRun.sync",
            {"JobName": "n"},
            {"JobRunId": "r"},
            [("glue", "BatchStopJobRun", {"JobName": "n", "JobRunIds": ["r"]})],
        ),
        (
            "ecs:runTask.sync",
            {"TaskDefinition": "t", "Cluster": "c"},
            {"tasks": [{"taskArn": "a"}, {"taskArn": "b"}]},
            [
                ("ecs", "StopTask", {"cluster": "c", "task": task, "reason": ABORTED})
                for task in "ab"
            ],
        ),
        (
            "batch:submitJob.sync",
            {"JobName": "n", "JobQueue": "q", "JobDefinition": "d"},
            {"jobId": "1"},
            [("batch", "TerminateJob", {"jobId": "1", "reason": ABORTED})],
        ),
        (
            "codebuild:startBuild.sync",
            {"ProjectName": "p"},
            {"build": {"id": "1"}},
            [("codebuild", "StopBuild", {"id": "1"})],
        ),
        (
            "athena:startQueryExecution.sync",
            {"QueryString": "q"},
            {"QueryExecutionId": "1"},
            [("athena", "StopQueryExecution", {"QueryExecutionId": "1"})],
        ),
    ],
)
def test_a_job_is_stopped_with_the_task_that_waits_for_it(resource, arguments, submitted, stopped):
    clock, callbacks = VirtualClock(), Callbacks()
    api = Api(Answer(result=submitted), *(Answer(result={}) for _ in range(4)))
    tasks = ServiceTasks(api, MODELS, clock, callbacks, Activities(callbacks))
    resource = f"arn:aws:states:::{resource}"

    async def aborted():
        request = Request(
            resource=resource,
            integration=parse(resource),
            arguments=arguments,
            execution=EXECUTION,
        )
        work = asyncio.create_task(tasks.call(request))
        await clock.sleep(0.5)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await clock.sleep(1)

    clock.run(aborted())

    assert api.calls[2:] == stopped


def test_a_token_is_waited_for():
    submitted = []

    async def answer(callbacks, _):
        callbacks.beat("t")
        callbacks.succeed("t", {"ok": True})
        with pytest.raises(UnknownTokenError):
            callbacks.succeed("t", {})

    _, result = ask(
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        {"QueueUrl": "u", "MessageBody": "m"},
        Answer(result={"MessageId": "m"}),
        during=answer,
        token="t",
        submitted=submitted.append,
    )
    assert result == {"ok": True}
    assert submitted[0]["MessageId"] == "m"


def test_nobody_waits_for_the_token_of_a_call_that_failed():
    async def late(callbacks, _):
        with pytest.raises(UnknownTokenError):
            callbacks.succeed("t", 1)

    _, failure = ask(
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        {"QueueUrl": "u", "MessageBody": "b"},
        ApiError("InvalidMessageContents", "no"),
        during=late,
        token="t",
    )
    assert failure.error == "SQS.InvalidMessageContentsException"


def test_nobody_waits_for_a_token_that_was_never_given():
    with pytest.raises(UnknownTokenError):
        Callbacks().beat("nope")


def test_a_worker_does_what_an_activity_asks_for():
    workers = []

    async def work(callbacks, activities):
        arn = "arn:aws:states:us-east-1:111111111111:activity:a"
        token, payload = await activities.take(arn, "worker")
        callbacks.fail(token, "E", payload)

    _, failure = ask(
        "arn:aws:states:us-east-1:111111111111:activity:a",
        {"a": 1},
        during=work,
        token="t",
        started=workers.append,
    )
    assert (failure.error, failure.cause) == ("E", '{"a":1}')
    assert workers == ["worker"]


def test_events_say_which_execution_they_come_from_and_fail_together():
    entries = {"Entries": [{"Source": "s", "Detail": {"a": 1}}]}
    api, failure = ask(
        "arn:aws:states:::events:putEvents",
        entries,
        Answer(result={"FailedEntryCount": 1, "Entries": [{"ErrorCode": "E"}]}),
    )
    assert api.calls[0][2] == {
        "Entries": [{"Source": "s", "Detail": '{"a":1}', "Resources": [EXECUTION]}]
    }
    assert failure.error == "EventBridge.FailedEntry"


def test_an_http_task_sends_a_request():
    api, result = ask(
        "arn:aws:states:::http:invoke",
        {
            "ApiEndpoint": "https://example.com/x",
            "Method": "POST",
            "Authentication": {"ConnectionArn": "c"},
            "QueryParameters": {"q": ["1", "2"]},
            "Headers": {"a": "b"},
            "RequestBody": {"k": [1]},
        },
        WebAnswer(
            status=200, reason="OK", headers={"Content-Type": "application/json"}, body='{"r":1}'
        ),
    )
    (sent,) = api.calls
    assert (sent.method, sent.url) == ("POST", "https://example.com/x?q=1&q=2")
    assert (sent.headers, sent.body) == (
        {"a": "b", "Content-Type": "application/json"},
        '{"k":[1]}',
    )
    assert sent.connection == "c"
    assert result == {
        "Headers": {"content-type": ["application/json"]},
        "ResponseBody": {"r": 1},
        "StatusCode": 200,
        "StatusText": "OK",
    }


@pytest.mark.parametrize(
    ("arrays", "body"),
    [
        ("INDICES", "a[0]=1&a[1]=2&b[c]=x%20y"),
        ("BRACKETS", "a[]=1&a[]=2&b[c]=x%20y"),
        ("REPEAT", "a=1&a=2&b[c]=x%20y"),
        ("COMMAS", "a=1%2C2&b[c]=x%20y"),
    ],
)
def test_a_body_can_be_a_form(arrays, body):
    api, _ = ask(
        "arn:aws:states:::http:invoke",
        {
            "ApiEndpoint": "https://example.com",
            "Method": "POST",
            "RequestBody": {"a": [1, 2], "b": {"c": "x y"}},
            "Transform": {
                "RequestBodyEncoding": "URL_ENCODED",
                "RequestEncodingOptions": {"ArrayFormat": arrays},
            },
        },
        WebAnswer(status=204, reason="No Content", headers={}, body=""),
    )
    assert api.calls[0].body == body


def test_an_http_error_is_named_by_its_status():
    _, failure = ask(
        "arn:aws:states:::http:invoke",
        {"ApiEndpoint": "https://example.com", "Method": "GET"},
        WebAnswer(status=404, reason="Not Found", headers={"content-type": "text/plain"}, body="x"),
    )
    assert (failure.error, failure.cause) == ("States.Http.StatusCode.404", "x")
