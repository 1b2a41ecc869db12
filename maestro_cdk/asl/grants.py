"""What a definition calls that its state machine's role is not given."""

from collections.abc import Iterator

from maestro_cdk.asl import arns
from maestro_cdk.asl.document import Document
from maestro_cdk.asl.machines import states
from maestro_cdk.model import Finding

_GRANTED = ("lambda:invoke", "aws-sdk:lambda:invoke")


def ungranted(document: Document) -> Iterator[Finding]:
    """A warning for each Task that calls a service other than Lambda.

    An activity, which is of an account, needs no permission: its workers come for their tasks.
    https://docs.aws.amazon.com/step-functions/latest/dg/activities-iam.html
    """
    for state in states(document):
        resource = state.value.get("Resource")
        if state.type != "Task" or not isinstance(resource, str):
            continue
        arn = arns.parse(resource)
        if arn is None or arn.service != "states" or arn.account:
            continue
        if arn.resource.partition(".")[0] in _GRANTED:
            continue
        yield Finding(
            rule="ungranted",
            severity="warning",
            message=f"the state machine's role is not given what {arn.resource} needs",
            hint="allow it in maestro.toml, as [workflow] policies",
            where=document.where((*state.pointer, "Resource")),
            state=state.name,
        )
