// What it costs as a letter, in cents.

export const handler = async (event) => ({
  by: "letter",
  cents: event.weight.grams <= 20 ? 95 : 180,
});
