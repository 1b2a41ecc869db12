"""How functions' errors are told as Lambda tells them."""

import json
import threading

import pytest

from maestro_cdk.local import function_errors

RAISED = {"errorMessage": "no", "errorType": "Refused", "stackTrace": ["line 1"]}


def answered(invoke):
    """What is answered for a function whose worker does this."""
    run = function_errors.noted(invoke)

    def execute(function, event, request_id):
        try:
            result = run(None, event, request_id)
        except RuntimeError as error:
            result = {"status": "error", "error": str(error)}
        if result["status"] == "ok":
            return {"body": result["result"]}
        body = {"errorMessage": result["error"], "errorType": "Runtime.HandlerError"}
        return {"body": body, "error": True}

    return function_errors.told(execute)({}, {}, "an-id")


def failing(said, **more):
    return lambda *_, **__: {"status": "error", "error": said, **more}


def test_a_result_stays_as_it_is():
    assert answered(lambda *_, **__: {"status": "ok", "result": 1}) == {"body": 1}


def test_an_error_is_told_whole():
    assert answered(failing("no", failure=dict(RAISED)))["body"] == RAISED | {"requestId": "an-id"}


def test_one_of_javascript_has_its_trace_and_no_request():
    said = {"errorMessage": "no", "errorType": "Refused", "trace": ["Refused: no"]}
    assert answered(failing("no", failure=dict(said)))["body"] == said


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        (
            "Worker process died",
            "Runtime.ExitError",
            "RequestId: an-id Error: Runtime exited without providing a reason",
        ),
        (
            "Task timed out after 3.00 seconds",
            "Sandbox.Timedout",
            "RequestId: an-id Error: Task timed out after 3.00 seconds",
        ),
        ("something else", "Runtime.HandlerError", "something else"),
    ],
)
def test_an_end_without_an_answer_is_named(said, kind, message):
    body = answered(failing(said))["body"]
    assert (body["errorType"], body["errorMessage"]) == (kind, message)


def test_what_keeps_a_function_from_being_loaded_is_named():
    def invoke(*_, **__):
        raise RuntimeError("Worker init failed: " + json.dumps(RAISED))

    assert answered(invoke)["body"]["errorType"] == "Refused"


def test_a_failure_of_the_worker_itself_stays_as_it_is():
    def invoke(*_, **__):
        raise RuntimeError("Worker process exited immediately. stderr: ")

    assert answered(invoke)["body"]["errorType"] == "Runtime.HandlerError"


def test_an_error_is_not_told_of_the_next_function_that_this_thread_runs():
    def two():
        answered(failing("no", failure=dict(RAISED)))
        seen.append(answered(failing("something else"))["body"]["errorType"])

    seen = []
    thread = threading.Thread(target=two)
    thread.start()
    thread.join()
    assert seen == ["Runtime.HandlerError"]


def test_the_workers_are_those_that_were_tried():
    from ministack.core import lambda_runtime  # noqa: PLC0415 - it starts nothing by itself

    for script, changes in (
        (lambda_runtime._PYTHON_WORKER_SCRIPT, function_errors.PYTHON_SAYS),
        (lambda_runtime._NODEJS_WORKER_SCRIPT, function_errors.NODE_SAYS),
    ):
        for old in changes:
            assert script.count(old) == 1, old


def test_ministack_still_loses_the_type_of_an_error():
    """When this fails, what is done here may be needed no longer."""
    from ministack.core import lambda_runtime  # noqa: PLC0415

    assert "__name__" not in lambda_runtime._PYTHON_WORKER_SCRIPT
    assert "errorType" not in lambda_runtime._NODEJS_WORKER_SCRIPT


def test_a_worker_of_another_kind_is_left_as_it_is(caplog):
    assert function_errors.saying("script", {"old": "new"}) == "script"
    assert "not the one that was tried" in caplog.text
