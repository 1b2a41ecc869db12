import { readFileSync } from "node:fs";
import type { State } from "../_shared/request";

const LETTER = readFileSync(new URL("letter.txt", import.meta.url), "utf-8").trim();

/** Says what was decided, what was granted, and why if nothing was. */
export const handler = async (event: State) => {
  const { request, granted = null, errorInfo } = event;
  let message = `Denied: ${event.reason}.`;
  if (granted) {
    message = LETTER.replace("RESOURCE", granted.resource)
      .replace("ROLE", granted.role)
      .replace("DAYS", String(granted.days));
  } else if (errorInfo) {
    message = `Accepted, but it could not be provided: ${cause(errorInfo)}.`;
  }
  return {
    decision: event.decision,
    reason: event.reason,
    granted,
    attempts: event.provisioned?.attempts ?? null,
    notified: `${request.employee}@example.com`,
    message,
  };
};

function cause({ Error: error, Cause }: NonNullable<State["errorInfo"]>): string {
  try {
    return (JSON.parse(Cause ?? "") as { errorMessage: string }).errorMessage;
  } catch {
    return Cause ?? error;
  }
}
