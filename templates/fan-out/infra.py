"""The bucket that holds the documents."""

from aws_cdk import CfnOutput, RemovalPolicy, aws_s3
from maestro_cdk import Workflow


def extend(workflow: Workflow) -> None:
    """Add the bucket, let `count` read it, and give its name to the definition."""
    bucket = aws_s3.Bucket(
        workflow,
        "Documents",
        block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        removal_policy=RemovalPolicy.DESTROY,
        auto_delete_objects=True,  # a bucket that is not empty cannot be deleted
    )
    bucket.grant_read(workflow.functions["count"])
    workflow.substitute("DocumentsBucket", bucket.bucket_name)
    CfnOutput(workflow, "DocumentsBucketName", value=bucket.bucket_name)
