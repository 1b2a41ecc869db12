"""Takes the money. As the last step, nothing has to undo it."""

PRICE = 480


class NotEnoughMoney(Exception):  # noqa: N818 - the class's name is the error's
    """The trip costs more than the traveller wants to pay."""


def handler(event, context):
    budget = event["trip"].get("budget", PRICE)
    if budget < PRICE:
        raise NotEnoughMoney(f"the trip is {PRICE}, and there are {budget}")
    return {"booking": PRICE}
