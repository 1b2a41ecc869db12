// Makes a parcel's label. It is called by the inner workflow, shipping.asl.json.

export const handler = async ({ order, parcel }) => `${order}-${parcel.grams}g`;
