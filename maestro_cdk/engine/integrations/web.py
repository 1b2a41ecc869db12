"""HTTP Tasks: an API anywhere, called with a connection of EventBridge's.

https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
"""

from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlencode

from maestro_cdk.engine import data
from maestro_cdk.engine.failures import Failure
from maestro_cdk.engine.integrations.api import WebAnswer, WebRequest
from maestro_cdk.model import JSON

_FORM = "application/x-www-form-urlencoded"
_GOOD = range(200, 300)


def request(arguments: Mapping[str, JSON], role: str | None) -> WebRequest:
    """The request that a Task's arguments ask for."""
    headers = {str(name): _header(value) for name, value in _object(arguments, "Headers").items()}
    named = {name.lower(): value for name, value in headers.items()}
    transform = _object(arguments, "Transform")
    encoded = transform.get("RequestBodyEncoding") == "URL_ENCODED" or named.get(
        "content-type", ""
    ).startswith(_FORM)
    body = None
    if "RequestBody" in arguments:
        body = _body(arguments["RequestBody"], transform, encoded=encoded)
    if body is not None and "content-type" not in named:
        headers["Content-Type"] = _FORM if encoded else "application/json"
    authentication = _object(arguments, "Authentication")
    return WebRequest(
        method=str(arguments.get("Method", "GET")),
        url=_url(str(arguments.get("ApiEndpoint", "")), _object(arguments, "QueryParameters")),
        headers=headers,
        body=body,
        connection=authentication.get("ConnectionArn"),
        role=role,
    )


def result(answer: WebAnswer) -> JSON:
    """What a Task is given of an answer.

    Raises:
        Failure: the answer says that something went wrong.
    """
    body: JSON = answer.body
    kind = next((v for k, v in answer.headers.items() if k.lower() == "content-type"), "")
    if "json" in kind or not kind:
        try:
            body = data.loads(answer.body)
        except ValueError:
            body = answer.body
    if answer.status not in _GOOD:
        cause = body if isinstance(body, str) else data.dumps(body)
        raise Failure(f"States.Http.StatusCode.{answer.status}", cause)
    return {
        "Headers": {name.lower(): [value] for name, value in answer.headers.items()},
        "ResponseBody": body,
        "StatusCode": answer.status,
        "StatusText": answer.reason,
    }


def shown_request(asked: WebRequest) -> dict[str, JSON]:
    """A request as TestState shows it, without what its connection adds.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionDataRequest.html
    """
    shown = {"protocol": asked.url.partition(":")[0], "method": asked.method, "url": asked.url}
    body = {} if asked.body is None else {"body": asked.body}
    return {**shown, "headers": _listed(asked.headers), **body}


def shown_answer(answer: WebAnswer) -> dict[str, JSON]:
    """What came back as TestState shows it.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionDataResponse.html
    """
    return {
        "protocol": "HTTP/1.1",
        "statusCode": str(answer.status),
        "statusMessage": answer.reason,
        "headers": _listed(answer.headers),
        "body": answer.body,
    }


def _listed(headers: Mapping[str, str]) -> str:
    return f"[{', '.join(f'{name}: {value}' for name, value in headers.items())}]"


def _object(arguments: Mapping[str, JSON], key: str) -> Mapping[str, JSON]:
    value = arguments.get(key)
    return value if isinstance(value, dict) else {}


def _header(value: JSON) -> str:
    if isinstance(value, list):
        return ", ".join(_header(item) for item in value)
    return value if isinstance(value, str) else data.dumps(value)


def _url(url: str, parameters: Mapping[str, JSON]) -> str:
    pairs = [
        (name, _header(item))
        for name, value in parameters.items()
        for item in (value if isinstance(value, list) else [value])
    ]
    return f"{url}{'&' if '?' in url else '?'}{urlencode(pairs)}" if pairs else url


def _body(body: JSON, transform: Mapping[str, JSON], *, encoded: bool) -> str:
    if not encoded:
        return body if isinstance(body, str) else data.dumps(body)
    options = transform.get("RequestEncodingOptions") or {}
    arrays = str(options.get("ArrayFormat", "INDICES"))
    pairs = [
        f"{quote(name, safe='[]')}={quote(text, safe='')}"
        for name, text in _pairs("", body, arrays)
    ]
    return "&".join(pairs)


def _pairs(name: str, value: JSON, arrays: str) -> Iterator[tuple[str, str]]:
    """The names and values of a form: `a[b]=1`, and arrays as they are wanted."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _pairs(f"{name}[{key}]" if name else key, inner, arrays)
    elif isinstance(value, list) and arrays == "COMMAS":
        yield name, ",".join(_header(item) for item in value)
    elif isinstance(value, list):
        for n, item in enumerate(value):
            suffix = {"INDICES": f"[{n}]", "BRACKETS": "[]"}.get(arrays, "")
            yield from _pairs(f"{name}{suffix}", item, arrays)
    else:
        yield name, _header(value)
