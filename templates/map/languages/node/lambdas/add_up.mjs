// Adds up what the lines come to: they are in the order of the items, whichever was done first.

export const handler = async ({ customer, priced }) => {
  const lines = priced.map((line) => line.cents);
  return { customer, lines, cents: lines.reduce((sum, cents) => sum + cents, 0) };
};
