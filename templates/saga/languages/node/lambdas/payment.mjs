// Takes the money. As the last step, nothing has to undo it.

const PRICE = 480;

// The trip costs more than the traveller wants to pay.
class NotEnoughMoney extends Error {
  name = "NotEnoughMoney";
}

export const handler = async ({ trip }) => {
  const budget = trip.budget ?? PRICE;
  if (budget < PRICE) throw new NotEnoughMoney(`the trip is ${PRICE}, and there are ${budget}`);
  return { booking: PRICE };
};
