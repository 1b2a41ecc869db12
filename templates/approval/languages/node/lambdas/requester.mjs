// Takes a request in: whatever is wrong with it is found here, and nowhere later.
//
// Nothing in the definition catches what is thrown here, so the execution fails: a request that
// nobody can read is a mistake of whoever sent it.

export const handler = async (event) => {
  const missing = ["employee", "resource", "days"].filter((name) => !(name in event));
  if (missing.length) throw new TypeError(`the request lacks ${missing.join(", ")}`);
  const { employee, resource, days, outages = 0 } = event; // outages: to try the retries out
  if (!Number.isInteger(days) || days < 1) {
    throw new RangeError(`a request is for 1 day or more, not ${JSON.stringify(days)}`);
  }
  return { id: `${resource}-for-${employee}`, employee, resource, days, outages };
};
