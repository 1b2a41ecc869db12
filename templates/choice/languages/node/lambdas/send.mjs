// Sends it, whichever way was chosen; its result is the workflow's output.

export const handler = async ({ to, carriage }) => ({
  to,
  by: carriage.by,
  cents: carriage.cents,
});
