import ms from "ms";
import type { State } from "./_shared/request.ts";

const DAY = ms("1d");

/** Adds a decision, which the Choice after it reads. */
export async function handler(event: State): Promise<State> {
  const limit = ms(`${process.env.MOST_DAYS ?? "90"} days`) / DAY;
  const { days } = event.request;
  const accepted = days <= limit;
  return {
    ...event,
    decision: accepted ? "accept" : "deny",
    reason: `${days} days are ${accepted ? "within" : "more than"} the limit of ${limit}`,
  };
}
