"""Errors of functions, as Lambda tells them: their type, their message and their stack trace.

MiniStack's workers hand on the message alone, and call every error Runtime.HandlerError, so that a
Retry or Catch by name would never match. Here the workers say all, and what they say is the answer.

https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
"""

import json
import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

logger = logging.getLogger(__name__)

PYTHON_PREFIX = r"""
def _failure(error, code_dir):
    import traceback
    after = error.__traceback__.tb_next if error.__traceback__ else None
    said = {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": [line.replace(code_dir, "/var/task") for line in traceback.format_tb(after)],
    }
    if isinstance(error, TypeError) and "is not JSON serializable" in str(error):
        if after and "/json/" in after.tb_frame.f_code.co_filename:
            said["errorMessage"] = "Unable to marshal response: " + str(error)
            said["errorType"] = "Runtime.MarshalError"
    return said

def _failure_to_start(error, code_dir, module, handler):
    said = _failure(error, code_dir)
    if isinstance(error, ImportError):
        said["errorType"] = "Runtime.ImportModuleError"
        said["errorMessage"] = "Unable to import module '%s': %s" % (module, error)
        said["stackTrace"] = []
    elif isinstance(error, SyntaxError):
        said["errorType"] = "Runtime.UserCodeSyntaxError"
        said["errorMessage"] = "Syntax error in module '%s': %s" % (module, error)
        said["stackTrace"] = []
    elif isinstance(error, AttributeError) and not said["stackTrace"]:
        said["errorType"] = "Runtime.HandlerNotFound"
        said["errorMessage"] = "Handler '%s' missing on module '%s'" % (handler, module)
    return said
"""

NODE_PREFIX = r"""
const _failure = (error) => error instanceof Error
  ? {errorType: error.name, errorMessage: error.message, trace: (error.stack || "").split("\n")}
  : {errorType: typeof error, errorMessage: String(error), trace: []};
const _failureToStart = (error) => {
  const said = _failure(error);
  const types = {
    MODULE_NOT_FOUND: "Runtime.ImportModuleError",
    ERR_MODULE_NOT_FOUND: "Runtime.ImportModuleError",
  };
  const type = error instanceof SyntaxError ? "Runtime.UserCodeSyntaxError" : types[error.code];
  if (type) {
    said.errorMessage = `${said.errorType}: ${said.errorMessage}`;
    said.errorType = type;
  }
  return said;
};
const _failureToFind = (module, handler) => ({
  errorType: "Runtime.HandlerNotFound",
  errorMessage: `${module}.${handler} is undefined or not exported`,
  trace: [],
});
"""

PYTHON_SAYS: Mapping[str, str] = {
    '"error": str(e), "trace": traceback': (
        '"error": str(e), "failure": _failure(e, code_dir), "trace": traceback'
    ),
    '"error": str(e)}': (
        '"error": json.dumps(_failure_to_start(e, code_dir, module_name, handler_name))}'
    ),
}
"""What a worker for Python writes of an error, and what it is to write."""

NODE_SAYS: Mapping[str, str] = {
    'error: String(err.message || err), trace: err.stack || ""': (
        'error: String(err.message || err), trace: err.stack || "", failure: _failure(err)'
    ),
    "error: e.message, trace: e.stack": (
        "error: String(e.message || e), trace: e.stack, failure: _failure(e)"
    ),
    'status: "error", error: e.message\n': (
        'status: "error", error: JSON.stringify(_failureToStart(e))\n'
    ),
    "error: `Handler ${handlerName} is not a function in ${modPath}`": (
        "error: JSON.stringify(_failureToFind(modPath, handlerName))"
    ),
}
"""The same of one for Node.js."""

_UNSTARTED = "Worker init failed: "
_DIED = "Worker process died"
_TIMED_OUT = "Task timed out after "

_failed: ContextVar[dict[str, Any] | None] = ContextVar("failed", default=None)
"""What the function said of its error that this thread has run last."""


def saying(script: str, changes: Mapping[str, str]) -> str:
    """A worker's script that says all there is to an error."""
    for old, new in changes.items():
        if old not in script:
            logger.warning("A worker is not the one that was tried: it has no %s", old)
        script = script.replace(old, new)
    return script


def noted(invoke: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """What runs a function in a worker, made to note how that failed."""

    def run(worker: Any, event: Any, request_id: str, **named: Any) -> dict[str, Any]:
        try:
            result = invoke(worker, event, request_id, **named)
        except RuntimeError as error:
            _failed.set(_unstarted(str(error)))
            raise
        if result.get("status") == "error":
            _failed.set(result.get("failure") or _cut_off(result.get("error"), request_id))
        return result

    return run


def told(execute: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """What answers for a function, made to answer with what was noted."""

    def answer(function: Any, event: Any, request_id: str) -> dict[str, Any]:
        _failed.set(None)
        result = execute(function, event, request_id)
        failure = _failed.get()
        if not result.get("error") or failure is None:
            return result
        message, kind = failure.pop("errorMessage"), failure.pop("errorType")
        known = {"errorMessage": message, "errorType": kind, "requestId": request_id}
        # Lambda's runtime for Node.js tells no request.
        if "trace" in failure:
            del known["requestId"]
        return {**result, "body": known | failure}

    return answer


def _unstarted(said: str) -> dict[str, Any] | None:
    """What a worker said that could not load its function."""
    try:
        failure = json.loads(said.removeprefix(_UNSTARTED))
    except ValueError:
        return None
    return failure if isinstance(failure, dict) else None


def _cut_off(said: str | None, request_id: str) -> dict[str, Any] | None:
    """How Lambda tells that a function ended without an answer."""
    if said == _DIED:
        message = f"RequestId: {request_id} Error: Runtime exited without providing a reason"
        return {"errorMessage": message, "errorType": "Runtime.ExitError"}
    if said and said.startswith(_TIMED_OUT):
        message = f"RequestId: {request_id} Error: {said}"
        return {"errorMessage": message, "errorType": "Sandbox.Timedout"}
    return None
