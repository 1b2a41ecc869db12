// Makes an offer of what both branches found out.

export const handler = async ({ item, count, found }) => ({
  item,
  offer: found.price * count,
  at_once: found.stock >= count,
});
