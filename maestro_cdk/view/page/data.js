// JSON as a person reads it. Numbers stay as they were written: 12345678901234567890 is no rounding
// error's.

import { el } from "./dom.js";

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const CLOSING = { "{": "}", "[": "]" };
export const LONG = 60000;

// The text in lines, each a list of [kind, text].
export function laidOut(text) {
  const tokens = text.match(TOKEN) ?? [];
  const lines = [[]];
  let depth = 0;
  const line = () => lines.push([["", "  ".repeat(depth)]]);
  tokens.forEach((token, n) => {
    const here = lines[lines.length - 1];
    const next = tokens[n + 1];
    if (token in CLOSING) {
      if (next === CLOSING[token]) {
        here.push(["", token]);
        return;
      }
      here.push(["", token]);
      depth += 1;
      line();
    } else if (token === "}" || token === "]") {
      const opened = tokens[n - 1];
      if (CLOSING[opened] !== token) {
        depth -= 1;
        line();
      }
      lines[lines.length - 1].push(["", token]);
    } else if (token === ",") {
      here.push(["", token]);
      line();
    } else if (token === ":") {
      here.push(["", ": "]);
    } else if (token.startsWith('"')) {
      here.push([next === ":" ? "k" : "s", token]);
    } else {
      here.push(["n", token]);
    }
  });
  return lines;
}

export function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export function pretty(text) {
  return isJson(text) ? laidOut(text).map((line) => line.map(([, said]) => said).join("")).join("\n") : text;
}

// A value shown; one that is very long is cut until the rest is asked for.
export function shown(text, label) {
  const box = el("pre", { class: "data", tabindex: "0", role: "region", "aria-label": label });
  const fill = (all) => {
    const cut = !all && text.length > LONG;
    const part = cut ? text.slice(0, LONG) : text;
    if (!cut && text.length <= 4 * LONG && isJson(text)) {
      const pieces = laidOut(part).flatMap((line, n) => [
        n ? "\n" : "",
        ...line.map(([kind, said]) => (kind ? el("span", { class: kind }, said) : said)),
      ]);
      box.replaceChildren(...pieces);
    } else {
      box.replaceChildren(part);
    }
    if (cut) {
      const size = Math.ceil(text.length / 1000).toLocaleString("en");
      const more = el("button", { type: "button", on: { click: () => fill(true) } }, `Show all ${size} kB`);
      box.append("…\n", more);
    }
  };
  fill(false);
  return box;
}
