// What it costs as a parcel, in cents: by the kilogram that is begun.

export const handler = async (event) => ({
  by: "parcel",
  cents: 400 + 50 * Math.ceil(event.weight.grams / 1000),
});
