"""Answer the requests that wait in the queue: python answer.py [STACK]."""

import json
import sys
from pathlib import Path

import boto3


def main() -> None:
    """Ask for each request whether it is accepted, and let its execution go on."""
    stack = sys.argv[1] if len(sys.argv) > 1 else Path.cwd().name
    described = boto3.client("cloudformation").describe_stacks(StackName=stack)
    outputs = described["Stacks"][0]["Outputs"]
    (queue,) = [o["OutputValue"] for o in outputs if o["OutputKey"].endswith("RequestsQueueUrl")]

    sqs, executions = boto3.client("sqs"), boto3.client("stepfunctions")
    while messages := sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=2).get("Messages"):
        for message in messages:
            waiting = json.loads(message["Body"])
            print(json.dumps(waiting["request"], indent=2))
            accepted = input("accept? [y/N] ").strip().lower() == "y"
            reason = "" if accepted else input("why not? ").strip() or "no reason was given"
            executions.send_task_success(
                taskToken=waiting["token"],
                output=json.dumps({"accepted": accepted, "reason": reason}),
            )
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    print("no request waits")


main()
