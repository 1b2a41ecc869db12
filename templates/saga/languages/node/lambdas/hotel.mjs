// Books a room, and cancels it.
//
// A step of a saga, and what undoes it, may be called more than once for the same trip: make both
// such that the second call changes nothing.

export const handler = async ({ action, trip }) => ({
  booking: `room-${trip.to}-${trip.traveller}`.toLowerCase(),
  status: action === "book" ? "booked" : "cancelled",
});
