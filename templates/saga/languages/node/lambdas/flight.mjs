// Books a seat, and cancels it.

const AIRPORTS = { Turin: "TRN", London: "LHR" };

// Nobody flies there.
class NoFlight extends Error {
  name = "NoFlight";
}

export const handler = async ({ action, trip }) => {
  if (!(trip.to in AIRPORTS)) throw new NoFlight(`nobody flies to ${trip.to}`);
  return {
    booking: `seat-${AIRPORTS[trip.to]}-${trip.traveller}`.toLowerCase(),
    status: action === "book" ? "booked" : "cancelled",
  };
};
