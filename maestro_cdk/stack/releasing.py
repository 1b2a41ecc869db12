"""The state machine that moves `live` from one version to another, and the alarms that it heeds.

It takes a step, then looks at the alarms again and again; an alarm takes all executions back to the
version before, and the release fails; so does a step that cannot be taken. Where `live` does not
stand as the release left it, somebody else has moved it, and the release ends and leaves it there.
"""

import json
from importlib import resources

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from maestro_cdk.model import ReleaseSettings
from maestro_cdk.versions import ALARMS, RELEASER, alarm

MACHINE = "ReleaseMachine"
ROLE = "ReleaseRole"

DEFINITION = "release.asl.json"


def alarm_id(name: str) -> str:
    """The id of an alarm of maestro's in the template."""
    return f"{''.join(word.capitalize() for word in name.split('_'))}Alarm"


def names(release: ReleaseSettings) -> list[str]:
    """The ids of all that a gradual release adds to the template."""
    own = [alarm_id(name) for name in release.alarms if name in ALARMS]
    return [MACHINE, ROLE, *own] if release.gradual else []


def add(
    scope: Construct, workflow: str, machine: str, role: iam.Role, given: ReleaseSettings
) -> None:
    """Add what releases a workflow's versions step by step.

    Args:
        scope: the workflow.
        workflow: its name.
        machine: the ARN of its state machine.
        role: what the machine that releases may do.
        given: how it releases.
    """
    for name in given.alarms:
        if name not in ALARMS:
            continue
        cloudwatch.Alarm(
            scope,
            alarm_id(name),
            alarm_name=alarm(workflow, name),
            alarm_description=f"executions of {workflow}: {name.replace('_', ' ')}",
            metric=cloudwatch.Metric(
                namespace="AWS/States",
                metric_name=ALARMS[name],
                dimensions_map={"StateMachineArn": machine},
                statistic="Sum",
                period=Duration.minutes(1),
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
    sfn.StateMachine(
        scope,
        MACHINE,
        state_machine_name=f"{workflow}{RELEASER}",
        definition_body=sfn.DefinitionBody.from_string(definition()),
        role=role,
    )


def definition() -> str:
    """The definition of the machine that releases."""
    text = resources.files("maestro_cdk.stack").joinpath(DEFINITION).read_text("utf-8")
    return json.dumps(json.loads(text), indent=1)
