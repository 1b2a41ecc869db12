// Takes things from a warehouse, which can go wrong in more ways than one.

const STOCK = { tea: 12 };

// An error's name is what Catch knows it by.
class Named extends Error {
  constructor(message) {
    super(message);
    this.name = this.constructor.name;
  }
}

// There are not so many.
class OutOfStock extends Named {}

// There is no such thing.
class UnknownItem extends Named {}

export const handler = async ({ item, count }) => {
  if (!(item in STOCK)) throw new UnknownItem(`there is no ${item}`);
  if (typeof count !== "number") throw new TypeError(`${count} is no number`);
  if (count > STOCK[item]) throw new OutOfStock(`there are ${STOCK[item]}`);
  return { left: STOCK[item] - count };
};
