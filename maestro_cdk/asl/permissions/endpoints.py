"""Integrations that call no API of AWS's: endpoints of HTTP, and of API Gateway's APIs."""

import re

from maestro_cdk.asl.permissions.arguments import Arguments, Value
from maestro_cdk.asl.permissions.calls import Needs, limited, on
from maestro_cdk.asl.permissions.resources import computed

_API = re.compile(r"(?:https://)?(?P<id>[^./*]+)\.execute-api\.(?P<region>[^./]+)\.[^/]+/?")


def http(arguments: Arguments) -> Needs:
    """A call of somebody's API, with the credentials of a connection.

    https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
    """
    conditions: dict[str, dict[str, str]] = {}
    method = arguments.get("Method")
    if method is not None and not method.computed:
        conditions["StringEquals"] = {"states:HTTPMethod": method.text}
    endpoint = arguments.get("ApiEndpoint")
    if endpoint is not None and endpoint.text != "*":
        conditions["StringLike"] = {"states:HTTPEndpoint": endpoint.text}
    wide = endpoint is None or endpoint.text.startswith(("*", "https://*"))
    why = computed("ApiEndpoint") if wide else ()
    invoke = on("states:InvokeHTTPEndpoint", "*", why=why, wide=wide)
    yield limited(invoke, conditions)
    yield from _connection(arguments)


def _connection(arguments: Arguments) -> Needs:
    for path in ("Authentication.ConnectionArn", "InvocationConfig.ConnectionArn"):
        value = arguments.get(path)
        if value is None:
            continue
        place, name = "REGION:ACCOUNT_ID", "*"
        match = re.fullmatch(
            r"arn:[^:]*:events:([^:]*:[^:]*):connection/([^/]+)(?:/.*)?", value.text
        )
        if match:
            place, name = match.group(1), match.group(2)
        known = match is not None or value.is_arn
        why = () if known else computed(value.name)
        connection = value.text if known else "arn:PARTITION:events:REGION:ACCOUNT_ID:connection/*"
        yield on("events:RetrieveConnectionCredentials", connection, why=why, wide=not known)
        # A connection keeps its secret in the account that it is of, under a name of this form.
        secret = f"arn:PARTITION:secretsmanager:{place}:secret:events!connection/{name}/*"
        for action in ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"):
            yield on(action, secret if match else secret.removesuffix("/*"))


def gateway(arguments: Arguments) -> Needs:
    """A call of an API of API Gateway's, as the state machine's role where it says so.

    https://docs.aws.amazon.com/step-functions/latest/dg/api-gateway-iam.html
    """
    kind = arguments.get("AuthType")
    if kind is None or kind.text == "NO_AUTH":
        return
    values = {name: arguments.get(name) for name in ("ApiEndpoint", "Stage", "Method", "Path")}
    endpoint = values["ApiEndpoint"]
    match = _API.match(endpoint.text) if endpoint else None
    api = match["id"] if match else "*"
    region = match["region"] if match else "REGION"
    stage, method, path = (_text(values[name]) for name in ("Stage", "Method", "Path"))
    arn = f"arn:PARTITION:execute-api:{region}:ACCOUNT_ID:{api}/{stage}/{method}/{path.lstrip('/')}"
    unknown = [name for name, value in values.items() if value is not None and value.computed]
    if match is None and "ApiEndpoint" not in unknown:
        unknown.append("ApiEndpoint")
    actions = ["execute-api:Invoke"]
    if path.lstrip("/").startswith("@connections"):
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
        actions.append("execute-api:ManageConnections")
    for action in actions:
        yield on(action, arn, why=computed(*unknown), wide=match is None)


def _text(value: Value | None) -> str:
    return value.text if value is not None else "*"
