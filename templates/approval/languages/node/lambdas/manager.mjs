// Decides on a request. A person would take days for it; this one has a rule.
//
// The decision, `accept` or `deny`, is what the Choice after it reads. The limit comes from the
// function's environment: see [functions.manager] in maestro.toml.

export const handler = async (event) => {
  const limit = Number(process.env.MOST_DAYS ?? 90);
  const { days } = event.request;
  const accepted = days <= limit;
  return {
    ...event,
    decision: accepted ? "accept" : "deny",
    reason: `${days} days are ${accepted ? "within" : "more than"} the limit of ${limit}`,
  };
};
