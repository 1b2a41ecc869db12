"""An order is looked at, charged for and sent."""

from typing import TypedDict

from sfnx import aws, inline_map, parallel, state_machine, wait

TRANSIENT = [
    {
        "ErrorEquals": [
            aws.optimized.lambda_.errors.ServiceException,
            aws.optimized.lambda_.errors.AWSLambdaException,
            aws.optimized.lambda_.errors.SdkClientException,
            aws.optimized.lambda_.errors.TooManyRequestsException,
        ],
        "MaxAttempts": 6,
    }
]


class Item(TypedDict):
    sku: str
    quantity: int


class Order(TypedDict):
    id: str
    price: float
    items: list[Item]


class Refused(Exception):
    pass


@state_machine
def orders(order: Order):
    """Takes an order."""
    if order["price"] > 100:
        # Somebody decides.
        answer = aws.optimized.lambda_.invoke(
            FunctionName="manager", Payload={"order": order["id"]}, retry=TRANSIENT
        )
        if answer["Payload"] != "yes":
            raise Refused(f"{order['id']} was refused")

    def email():
        aws.optimized.lambda_.invoke(
            FunctionName="${mailer}", Payload={"order": order["id"]}, retry=TRANSIENT
        )

    def take(item: Item):
        aws.optimized.lambda_.invoke(FunctionName="stock", Payload=item, retry=TRANSIENT)

    def reserve():
        inline_map(take, order["items"], max_concurrency=5)

    parallel(email, reserve)
    wait(10)
    try:
        aws.sdk.dynamodb.put_item(TableName="${OrdersTable}", Item={"id": {"S": order["id"]}})
    except aws.sdk.dynamodb.errors.ConditionalCheckFailedException:
        return {"order": order["id"], "state": "known"}
    return {"order": order["id"], "state": "taken"}
