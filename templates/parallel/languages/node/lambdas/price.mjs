// What an item costs, in cents.

const PRICES = { tea: 450, coffee: 900, cup: 1200 };

export const handler = async ({ item }) => {
  if (!(item in PRICES)) throw new RangeError(`there is no price for ${item}`);
  return PRICES[item];
};
