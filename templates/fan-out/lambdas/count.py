"""Counts the words of one document."""

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    document = s3.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    return {"key": event["key"], "words": len(document.split())}
