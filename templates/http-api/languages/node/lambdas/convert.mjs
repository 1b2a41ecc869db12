// Works with what the API answered.

export const handler = async ({ amount, rate, to }) => ({
  amount: Math.round(amount * rate * 100) / 100,
  currency: to,
});
