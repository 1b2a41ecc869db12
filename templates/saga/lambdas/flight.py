"""Books a seat, and cancels it."""

AIRPORTS = {"Turin": "TRN", "London": "LHR"}


class NoFlight(Exception):  # noqa: N818 - the class's name is the error's
    """Nobody flies there."""


def handler(event, context):
    trip = event["trip"]
    if trip["to"] not in AIRPORTS:
        raise NoFlight(f"nobody flies to {trip['to']}")
    booking = f"seat-{AIRPORTS[trip['to']]}-{trip['traveller']}".lower()
    return {"booking": booking, "status": "booked" if event["action"] == "book" else "cancelled"}
