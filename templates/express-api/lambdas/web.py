"""The way in: what the function URL calls. It starts the workflow, and answers with its output."""

import json
import os

import boto3

states = boto3.client("stepfunctions")


def handler(event, context):
    asked = {"city": (event.get("queryStringParameters") or {}).get("city")}
    ended = states.start_sync_execution(
        stateMachineArn=os.environ["STATE_MACHINE"], input=json.dumps(asked)
    )
    if ended["status"] != "SUCCEEDED":
        print(json.dumps({"execution": ended["executionArn"], "error": ended.get("error")}))
        return answer(500, {"message": "something went wrong"})
    output = json.loads(ended["output"])
    return answer(output["status"], output["body"])


def answer(status, body):
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
