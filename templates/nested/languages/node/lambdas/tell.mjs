// Says what was shipped. It is called by the outer workflow.

export const handler = async (event) => {
  const labels = [...event.labels].sort();
  return { message: `${labels.length} parcels are on their way: ${labels.join(", ")}` };
};
