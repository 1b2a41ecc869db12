// Times and standings in words.

export const STATUS = {
  RUNNING: "running",
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  TIMED_OUT: "timed out",
  ABORTED: "stopped",
  PENDING_REDRIVE: "about to go on",
};

export const FATES = {
  succeeded: "succeeded",
  caught: "caught",
  failed: "failed",
  running: "running",
  aborted: "stopped",
  unseen: "not reached",
};

export const SIGNS = {
  SUCCEEDED: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm-1 10.2L3.9 8.1l1.1-1.1 2 2 4-4 1.1 1.1z",
  FAILED: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm3 8.9L9.9 11 8 9.1 6.1 11 5 9.900 6.900 8 5 6.100 6.100 5 8 6.900 9.900 5 11 6.100 9.100 8z",
  RUNNING: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 2a5 5 0 1 1 0 10A5 5 0 0 1 8 3zm-1.500 2.500v5l4-2.500z",
  ABORTED: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zM5 5h6v6H5z",
  FOLDER: "M3 2h4v3H5v2h3v2H5v2h3v2H3zm6 4h5v4H9zm0 6h5v3H9z",
};
SIGNS.TIMED_OUT = SIGNS.FAILED;
SIGNS.PENDING_REDRIVE = SIGNS.RUNNING;

export function duration(ms) {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59950) return `${(ms / 1000).toFixed(1)} s`;
  const all = Math.round(ms / 1000);
  const minutes = Math.floor(all / 60);
  if (minutes < 60) return `${minutes} min ${all % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function clock(ms, { millis = false } = {}) {
  const time = new Date(ms);
  const two = (number) => String(number).padStart(2, "0");
  const said = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return millis ? `${said}.${String(time.getMilliseconds()).padStart(3, "0")}` : said;
}

export function moment(ms, now) {
  const time = new Date(ms);
  if (time.toDateString() === new Date(now).toDateString()) return clock(ms);
  const two = (number) => String(number).padStart(2, "0");
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${day} ${clock(ms)}`;
}

// What stands in a state's box: items done, how often, how long, how often tried again.
export function standing(state, now) {
  if (!state) return "";
  const spent = state.spent + state.running * now - state.since;
  const parts = [];
  const [done, total] = state.items ?? [0, 0];
  if (total) parts.push(`${done.toLocaleString("en")} of ${total.toLocaleString("en")}`);
  if (state.lost) parts.push(`${state.lost.toLocaleString("en")} failed`);
  if (state.times > 1) parts.push(`${state.times}×`);
  parts.push(duration(spent));
  if (state.retries) parts.push(`${state.retries} ${state.retries === 1 ? "retry" : "retries"}`);
  return parts.join(" · ");
}

// What went wrong in a function is JSON that Lambda makes of it: its message, its type, its stack.
export function told(cause) {
  try {
    const value = JSON.parse(cause);
    if (value && typeof value.errorMessage === "string") {
      const trace = value.stackTrace ?? value.trace ?? [];
      return { message: value.errorMessage, trace: trace.map((line) => String(line).trimEnd()) };
    }
  } catch {
    // it is a text of somebody's own
  }
  return { message: cause, trace: [] };
}
