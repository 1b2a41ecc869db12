// What a consignment weighs.

export const handler = async (event) => ({
  grams: event.items.reduce((sum, item) => sum + item.grams, 0),
});
