"""The CDK app of a project: its Workflow in a stack of its own, written as a cloud assembly."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from aws_cdk import (
    App,
    CfnOutput,
    CliCredentialsStackSynthesizer,
    DefaultStackSynthesizer,
    IReusableStackSynthesizer,
    Stack,
)

from maestro_cdk.errors import ProjectError
from maestro_cdk.model import Bundle, Project
from maestro_cdk.project.bundle import WriteZip, write_zip
from maestro_cdk.stack.workflow import Workflow

ASSET_BUCKET = "maestro-assets-${AWS::AccountId}-${AWS::Region}"

_CONTEXT = {
    # What CDK adds to a template for its own ends would tell `cdk synth` from `maestro synth`.
    "aws:cdk:enable-path-metadata": False,
    "aws:cdk:enable-asset-metadata": False,
    "aws:cdk:version-reporting": False,
    # An assembly holds copies of its assets: ours are made for it, and gone afterwards.
    "aws:cdk:disable-asset-staging": False,
    # The statements of a role are as we made them: one that holds all could outgrow a policy.
    "@aws-cdk/aws-iam:minimizePolicies": False,
    # What the validator finds is told by us, from its report, and an error is one.
    "@aws-cdk/core:failSynthOnValidationErrors": False,
    "@aws-cdk/core:validateAgainstDefaultRules": True,
}


def write(
    project: Project,
    bundles: Sequence[Bundle],
    out: Path,
    *,
    bootstrapped: bool,
    validated: bool = False,
    write_zip: WriteZip = write_zip,
) -> None:
    """Synthesize a project's stack.

    Args:
        project: the project.
        bundles: what its functions are made of.
        out: the folder for the assembly.
        bootstrapped: whether assets go to the bucket of CDK's bootstrap, rather than maestro's.
        validated: whether CDK's validator looks at the template. It costs a second, and leaves
            validation-report.json.
        write_zip: writes functions' zips.
    """
    app = App(
        outdir=str(out),
        analytics_reporting=False,
        tree_metadata=False,
        stack_traces=False,
        builtin_cloud_formation_validation=validated,
        post_cli_context=_CONTEXT,
    )
    synthesizer: IReusableStackSynthesizer = (
        DefaultStackSynthesizer()
        if bootstrapped
        else CliCredentialsStackSynthesizer(
            file_assets_bucket_name=ASSET_BUCKET, bucket_prefix=f"{project.stack_name}/"
        )
    )
    settings = project.settings
    stack = Stack(
        app,
        project.stack_name,
        synthesizer=synthesizer,
        termination_protection=settings.workflow.protected,
        tags=project.tags,
    )
    owner = {"project": settings.workflow.name}
    if settings.stage:
        owner["stage"] = settings.stage
    stack.template_options.metadata = {"Maestro": owner}
    # CDK leaves "Default" out of logical ids: infra.py's own have the names that stand there.
    workflow = Workflow(stack, "Default", project, bundles=bundles, write_zip=write_zip)
    if missing := workflow.missing():
        raise ProjectError(missing)
    for name, path in workflow.paths().items():
        stack.rename_logical_id(_logical_id(*path), name)
    CfnOutput(
        stack,
        "StateMachineArn",
        value=workflow.state_machine.state_machine_arn,
        description="The state machine, as StartExecution names it",
    )
    app.synth()


def _logical_id(*path: str) -> str:
    """The logical id that CDK gives to the resource at a path in a stack.

    It is fixed for all time, since a stack would be replaced otherwise; were it not, synthesis
    would fail, for nothing would be there to be renamed. To ask CDK would cost four calls for each
    resource: https://docs.aws.amazon.com/cdk/v2/guide/identifiers.html#identifiers-logical-ids
    """
    digest = hashlib.md5("/".join(path).encode(), usedforsecurity=False).hexdigest()
    return "".join(part for part in path if part != "Resource") + digest[:8].upper()
