// How many of an item are in the warehouse.

const STOCK = { tea: 12, coffee: 0 };

export const handler = async ({ item }) => STOCK[item] ?? 0;
