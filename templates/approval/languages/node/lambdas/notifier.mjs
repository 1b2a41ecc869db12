// Tells the employee how it went. In earnest it would send a mail.
//
// `errorInfo` is there only when the Provisioner's Catch led here.

export const handler = async ({ request, decision, reason, granted, errorInfo, provisioned }) => {
  let message = `Denied: ${reason}.`;
  if (granted) {
    message = `You have ${granted.resource} as ${granted.role} for ${granted.days} days.`;
  } else if (errorInfo) {
    message = `Accepted, but it could not be provided: ${cause(errorInfo)}.`;
  }
  return {
    decision,
    reason,
    granted: granted ?? null,
    attempts: provisioned?.attempts ?? null,
    notified: `${request.employee}@example.com`,
    message,
  };
};

// What the failed function said: Lambda puts it into Cause as JSON, other errors as text.
function cause({ Error: name, Cause: text }) {
  try {
    return JSON.parse(text).errorMessage;
  } catch {
    return text || name;
  }
}
