// The definition's text, with the lines of the chosen state marked.

import { el } from "./dom.js";

const PIECE = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b|\btrue\b|\bfalse\b|\bnull\b)/g;

export function coloured(line) {
  const pieces = [];
  let at = 0;
  for (const match of line.matchAll(PIECE)) {
    if (match.index > at) pieces.push(line.slice(at, match.index));
    const [all, text, colon, word] = match;
    if (text) pieces.push(el("span", { class: colon ? "k" : "s" }, text), colon ?? "");
    else pieces.push(el("span", { class: "n" }, word));
    at = match.index + all.length;
  }
  pieces.push(line.slice(at));
  return pieces;
}

// The innermost state on a line.
export function stateAt(extents, line) {
  let found = null;
  let least = Infinity;
  for (const [name, [first, last]] of Object.entries(extents)) {
    if (line >= first && line <= last && last - first < least) [found, least] = [name, last - first];
  }
  return found;
}

export class Code {
  constructor(host, choose) {
    this.host = host;
    this.text = null;
    this.rows = [];
    this.extents = {};
    host.addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      const name = row && !String(getSelection()) && stateAt(this.extents, this.rows.indexOf(row) + 1);
      if (name) choose(name);
    });
  }

  show(text, extents, file) {
    this.extents = extents;
    if (this.text === text) return;
    this.text = text;
    const json = file.endsWith(".json") || !file.includes(".");
    this.rows = text.split("\n").map((line) => el("span", { class: "row" }, ...(json ? coloured(line) : [line])));
    this.host.replaceChildren(...this.rows);
  }

  mark(name) {
    const [first, last] = this.extents[name] ?? [0, -1];
    this.rows.forEach((row, n) => row.classList.toggle("marked", n + 1 >= first && n + 1 <= last));
    if (last > 0) this.to(first, last);
  }

  wrong(lines) {
    this.rows.forEach((row, n) => row.classList.toggle("wrong", lines.has(n + 1)));
  }

  // Scrolls so that some lines can be seen, by the box alone: the page stays where it is.
  to(first, last = first) {
    const [top, bottom] = [this.rows[first - 1], this.rows[Math.min(last, this.rows.length) - 1]];
    if (!top || !bottom) return;
    const high = bottom.offsetTop + bottom.offsetHeight - top.offsetTop;
    const spare = Math.max(36, (this.host.clientHeight - high) / 2);
    this.host.scrollTop = top.offsetTop - this.host.offsetTop - spare;
  }
}
