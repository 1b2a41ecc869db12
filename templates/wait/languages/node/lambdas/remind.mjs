// Reminds somebody. In earnest it would send a message.

export const handler = async (event) => {
  const again = "first" in event ? " again" : "";
  return { told: `${event.name},${again} think of ${event.appointment}` };
};
