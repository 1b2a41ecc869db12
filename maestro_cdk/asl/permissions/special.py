"""Calls whose resources IAM names otherwise than their arguments do."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from maestro_cdk.asl import arns
from maestro_cdk.asl.permissions import actions, storage
from maestro_cdk.asl.permissions.arguments import COMPUTED, Arguments, Value
from maestro_cdk.asl.permissions.calls import Call, Need, Needs, limited, on, plain
from maestro_cdk.asl.permissions.resources import Reach, computed

_QUEUE = re.compile(
    r"https?://(?:sqs\.(?P<region>[^./]+)|(?P<legacy>[^./]+)\.queue|queue)\.[^/]+/(?P<account>[^/]+)/(?P<name>[^/]+)"
)
_TABLE = re.compile(r"\b(?:from|into|update)\s+\"?([\w.${}*-]+)", re.IGNORECASE)
_PROFILE = re.compile(r"(?:us|us-gov|eu|apac|au|jp|ca|sa|global)\.(?P<model>.+)")


def queue(value: Value | None) -> Reach:
    """A queue by its URL.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
    """
    anywhere = "arn:PARTITION:sqs:REGION:*:*"
    if value is None:
        return Reach(arns=("arn:PARTITION:sqs:REGION:ACCOUNT_ID:*",))
    if value.token:
        return Reach(arns=(f"${{{value.token}:queue-arn}}",))
    match = _QUEUE.fullmatch(value.text)
    if match is None:
        unknown = f"{value.name} names no queue that is known"
        why = computed(value.name) if value.computed else (unknown,)
        return Reach(arns=(anywhere,), why=why, wide=True)
    region = match["region"] or match["legacy"] or "REGION"
    arn = f"arn:PARTITION:sqs:{region}:{match['account']}:{match['name']}"
    why = computed(value.name) if value.computed else ()
    return Reach(arns=(arn,), why=why, wide=match["name"].strip("*") == "")


def _sqs(call: Call) -> Needs:
    service, operation = call.services.service("sqs"), call.operation
    url = call.arguments.get("QueueUrl")
    if service is None or operation is None or url is None:
        yield from plain(call)
        return
    for name in actions.of(service, operation, call.known):
        reach = queue(url)
        yield on(name, *reach.arns, why=reach.why, wide=reach.wide)


def _publish(call: Call) -> Needs:
    """A topic, an endpoint of a phone's app, or a phone.

    https://docs.aws.amazon.com/step-functions/latest/dg/sns-iam.html
    """
    for name in ("TopicArn", "TargetArn"):
        value = call.arguments.get(name)
        if value is not None:
            yield topic(value)
            return
    yield on("sns:Publish", "*")  # a phone has no ARN


def topic(arn: Value) -> Need:
    """That a message may be published to a topic whose ARN is computed, or known."""
    if not arn.computed:
        return on("sns:Publish", arn.text)
    known = arns.split(arn.text)
    if known[:1] != ["arn"] or "sns" not in known[2:3]:
        known = ["arn", "PARTITION", "sns", "REGION"]
    form = ("arn", "PARTITION", "sns", "*", "*", "*")
    to = ":".join([*known, *form[len(known) :]])  # its end may be lacking
    return on("sns:Publish", to, why=computed(arn.name), wide=to.endswith(":*"))


def _kms(call: Call) -> Needs:
    service, operation = call.services.service("kms"), call.operation
    key = call.arguments.get("KeyId")
    if service is None or operation is None or key is None:
        yield from plain(call)
        return
    for name in actions.of(service, operation, call.known):
        yield keyed(name, key)


def keyed(action: str, key: Value) -> Need:
    """An action on a key by its ARN, its id, or the name of an alias.

    https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    """
    text = key.text
    head = "arn:PARTITION:kms:REGION:ACCOUNT_ID"
    if ":alias/" in text or text.startswith("alias/"):
        alias = f"alias/{text.partition('alias/')[2]}"
        need = on(action, f"{text.partition(':alias/')[0] if ':' in text else head}:key/*")
        if not key.computed:
            return limited(need, {"StringEquals": {"kms:RequestAlias": alias}})
        every = alias == "alias/*"
        need = on(need.action, *need.reach.arns, why=computed(key.name), wide=every)
        return limited(need, {"StringLike": {"kms:RequestAlias": alias}})
    if key.computed:
        return on(action, f"{head}:key/*", why=computed(key.name), wide=True)
    return on(action, text if text.startswith("arn:") else f"{head}:key/{text}")


def models(value: Value | None) -> Reach:
    """What may be called as a model: one of Bedrock's, of the account, or a profile of these.

    https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
    """
    own = "arn:PARTITION:bedrock:REGION:ACCOUNT_ID"
    if value is None or value.text == "*" or value.computed:
        name = value.name if value else "ModelId"
        arns = ("arn:PARTITION:bedrock:*::foundation-model/*", f"{own}:*")
        return Reach(arns=arns, why=computed(name), wide=True)
    text = value.text
    if text.startswith("arn:") and ":inference-profile/" not in text:
        return Reach(arns=(text,))
    profile = _PROFILE.fullmatch(text.rpartition("/")[2])
    if profile:
        arn = text if text.startswith("arn:") else f"{own}:inference-profile/{text}"
        model = f"arn:PARTITION:bedrock:*::foundation-model/{profile['model']}"
        return Reach(arns=(arn, model))
    if text.startswith("arn:"):  # of an application: it does not say of which models
        return Reach(arns=(text, "arn:PARTITION:bedrock:*::foundation-model/*"))
    return Reach(arns=(f"arn:PARTITION:bedrock:REGION::foundation-model/{text}",))


def _invoke_model(call: Call) -> Needs:
    service, operation = call.services.service("bedrockruntime"), call.operation
    if service is None or operation is None:
        yield from plain(call)
        return
    reach = models(call.arguments.get("ModelId"))
    for name in actions.of(service, operation, call.known):
        yield on(name, *reach.arns, why=reach.why, wide=reach.wide)
    for path, action in (("Input.S3Uri", "s3:GetObject"), ("Output.S3Uri", "s3:PutObject")):
        if uri := call.arguments.get(path):
            yield at(action, uri)


def _customize_model(call: Call) -> Needs:
    """A job that makes a model of another.

    https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-iam-role.html
    """
    own = "arn:PARTITION:bedrock:REGION:ACCOUNT_ID"
    base = models(call.arguments.get("BaseModelIdentifier"))
    made = (f"{own}:custom-model/*", f"{own}:model-customization-job/*")
    action = "bedrock:CreateModelCustomizationJob"
    yield on(action, *base.arns, *made, why=base.why, wide=base.wide)


def _put_events(call: Call) -> Needs:
    """The bus of each event; the account's own where it names none.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
    """
    tree = call.arguments.tree
    entries = tree.get("Entries") if isinstance(tree, dict) else None
    listed = entries if isinstance(entries, list) else [COMPUTED.tree]
    region = "*" if call.arguments.has("EndpointId") else "REGION"  # of two regions
    for entry in listed:
        bus = Arguments(entry).get("EventBusName") or Value(name="EventBusName", text="default")
        arn = f"arn:PARTITION:events:{region}:ACCOUNT_ID:event-bus/{bus.text}"
        known = bus.text if bus.text.startswith("arn:") else arn
        why = computed(bus.name) if bus.computed else ()
        yield on("events:PutEvents", known, why=why, wide=bus.text == "*")


def _spark(call: Call) -> Needs:
    """A job that takes a role: that one alone.

    https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/iam-execution-role.html
    """
    role = call.arguments.get("ExecutionRoleArn")
    for need in plain(call):
        if isinstance(need, Need) and role is not None and not role.computed:
            condition = {"StringEquals": {"emr-containers:ExecutionRoleArn": role.text}}
            yield limited(need, condition)
        else:
            yield need


def at(action: str, uri: Value) -> Need:
    """An action on what an address of S3 names: `s3://bucket/key`, or below it."""
    where = re.fullmatch(r"s3[an]?://([^/]+)/?(.*)", uri.text)
    if where is None:
        return on(action, "arn:PARTITION:s3:::*", why=computed(uri.name), wide=True)
    below = "*" if where[2].endswith("/") or not where[2] else ""
    arn = f"arn:PARTITION:s3:::{where[1]}/{where[2]}{below}"
    why = computed(uri.name) if uri.computed else ()
    return on(action, arn, why=why, wide="*" in where[1])


def _partiql(call: Call) -> Needs:
    """What the statements do, by their first words.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
    """
    paths = ("Statement", "Statements[].Statement", "TransactStatements[].Statement")
    found = [value for path in paths for value in call.arguments.all(path)]
    words = {"select": "Select", "insert": "Insert", "update": "Update", "delete": "Delete"}
    wanted: dict[tuple[str, str], None] = {}
    for value in found:
        first = re.match(r"\w+", value.text.lstrip())
        verb = words.get(first.group().lower()) if first else None
        match = _TABLE.search(value.text)
        for each in (verb,) if verb else words.values():
            wanted[each, match.group(1) if match and verb else "*"] = None
    for verb, table in wanted or {(word, "*"): None for word in words.values()}:
        arn = f"arn:PARTITION:dynamodb:REGION:ACCOUNT_ID:table/{table}"
        wide = table == "*"
        arns = (arn,) if wide else (arn, f"{arn}/index/*")
        why = ("what Statement is about is not known",) if "*" in table else ()
        yield on(f"dynamodb:PartiQL{verb}", *arns, why=why, wide=wide)


def _transaction(call: Call) -> Needs:
    """Each item of a transaction is an action of its own.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    """
    kinds = {
        "ConditionCheck": "dynamodb:ConditionCheckItem",
        "Delete": "dynamodb:DeleteItem",
        "Put": "dynamodb:PutItem",
        "Update": "dynamodb:UpdateItem",
    }
    for kind, action in kinds.items():
        for value in call.arguments.all(f"TransactItems[].{kind}.TableName"):
            arn = f"arn:PARTITION:dynamodb:REGION:ACCOUNT_ID:table/{value.text}"
            known = value.text if value.text.startswith("arn:") else arn
            wide = value.text == "*"
            why = computed(value.name) if value.computed else ()
            yield on(action, known, why=why, wide=wide)


_FUNCTION = ("arn", "*", "lambda", "*", "*", "function", "*")


def function(text: str) -> str:
    """The ARN, without version or alias, of a function by its name, its ARN or a part of that."""
    parts = arns.split(text)
    if parts[0] == "arn":
        known = parts[:-1] if parts[-1] == "*" else parts
        rest = _FUNCTION[len(known) :] if text.endswith("*") else ()  # its end is computed
        return ":".join([*known[:7], *rest])
    if len(parts) > 2 and parts[1] == "function":  # noqa: PLR2004 - account:function:name
        return f"arn:PARTITION:lambda:REGION:{parts[0]}:function:{parts[2]}"
    return f"arn:PARTITION:lambda:REGION:ACCOUNT_ID:function:{parts[0]}"


def _lambda(call: Call) -> Needs:
    """An action on a function, or on a version or an alias of it."""
    named = call.arguments.get("FunctionName")
    for need in plain(call):
        kinds = call.known.action(need.action) if isinstance(need, Need) else None
        of_function = kinds and any(kind.name == "function" for kind in kinds.resources)
        if named is None or not of_function or not isinstance(need, Need):
            yield need
            continue
        arn = function(named.text)
        why = computed(named.name) if named.computed else ()
        yield on(need.action, arn, f"{arn}:*", why=why, wide=arn.endswith(":*"))


def _ssm(call: Call) -> Needs:
    """A document of AWS's own is of no account; a command by targets goes to any instance.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
    https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command-setting-up.html
    """
    for need in plain(call):
        if not isinstance(need, Need):
            yield need
            continue
        arns = tuple(_OWN_DOCUMENT.sub(r"arn:PARTITION:ssm:REGION::\1", a) for a in need.reach.arns)
        yield replace(need, reach=replace(need.reach, arns=arns))
    if call.action == "sendCommand" and not call.arguments.has("InstanceIds"):
        instances = (
            "arn:PARTITION:ec2:REGION:ACCOUNT_ID:instance/*",
            "arn:PARTITION:ssm:REGION:ACCOUNT_ID:managed-instance/*",
        )
        why = ("which instances there will be is not known",)
        yield on("ssm:SendCommand", *instances, why=why, wide=True)


_OWN_DOCUMENT = re.compile(
    r"arn:PARTITION:ssm:REGION:ACCOUNT_ID:((?:document|automation-definition)/AWS.*)"
)


SPECIAL: Mapping[str, Callable[[Call], Needs]] = {
    "bedrock:createModelCustomizationJob": _customize_model,
    "bedrockruntime": _invoke_model,
    "dynamodb:batchExecuteStatement": _partiql,
    "dynamodb:executeStatement": _partiql,
    "dynamodb:executeTransaction": _partiql,
    "dynamodb:transactWriteItems": _transaction,
    "emrcontainers:startJobRun": _spark,
    "eventbridge:putEvents": _put_events,
    "kms": _kms,
    "lambda": _lambda,
    "s3": storage.calls,
    "sns:publish": _publish,
    "sns:publishBatch": _publish,
    "sqs": _sqs,
    "ssm": _ssm,
}
"""What a service's calls, or one of them, need."""


def needs(call: Call) -> Needs:
    """What a call needs for itself."""
    name = f"{call.service}:{call.action}"
    yield from (SPECIAL.get(name) or SPECIAL.get(call.service) or plain)(call)
