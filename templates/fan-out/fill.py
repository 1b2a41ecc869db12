"""Put documents into the bucket: python fill.py [STACK]."""

import sys
from pathlib import Path

import boto3

POEM = "so much depends upon a red wheel barrow glazed with rain water"


def main() -> None:
    """Put twelve documents of one to twelve words under letters/."""
    stack = sys.argv[1] if len(sys.argv) > 1 else Path.cwd().name
    described = boto3.client("cloudformation").describe_stacks(StackName=stack)
    outputs = described["Stacks"][0]["Outputs"]
    (bucket,) = [
        o["OutputValue"] for o in outputs if o["OutputKey"].endswith("DocumentsBucketName")
    ]
    s3, words = boto3.client("s3"), POEM.split()
    for n in range(1, len(words) + 1):
        body = " ".join(words[:n]).encode()
        s3.put_object(Bucket=bucket, Key=f"letters/{n:02}.txt", Body=body)
    print(f"{len(words)} documents are in {bucket}")


main()
