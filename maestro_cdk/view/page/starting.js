// The form that starts an execution.

import { el } from "./dom.js";
import { pretty } from "./data.js";

const TOKENS = /\s*("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)|[{}[\],:])/y;
const VALUE = "a value";

// What is wrong with a text as JSON, and at which line and column; null where nothing is.
export function wrongJson(text) {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const found = place(text);
    if (!found) return String(error.message);
    const before = text.slice(0, found.at).split("\n");
    const said = found.at >= text.length ? "it ends here" : `this is ${JSON.stringify(text.slice(found.at).match(/^[\w.+-]{1,20}|^["'][^\n]{0,20}|^./su)[0])}`;
    return `Line ${before.length}, column ${before[before.length - 1].length + 1}: ${said}, where ${found.wanted} should stand.`;
  }
}

// Engines say no more than that a text is no JSON: so it is gone through for where it stops being it.
function place(text) {
  const open = [];
  let wanted = [VALUE];
  let at = 0;
  for (;;) {
    TOKENS.lastIndex = at;
    const match = TOKENS.exec(text);
    const begin = match ? TOKENS.lastIndex - match[1].length : at + text.slice(at).search(/\S|$/);
    const token = match?.[1];
    if (token === undefined || !fits(token, wanted)) {
      return wanted.length || token !== undefined || begin < text.length ? { at: begin, wanted: wanted.join(" or ") || "nothing more" } : null;
    }
    at = TOKENS.lastIndex;
    wanted = after(token, wanted, open);
  }
}

function fits(token, wanted) {
  if (wanted.includes(token)) return true;
  if (token.startsWith('"')) return wanted.includes("a name") || wanted.includes(VALUE);
  return wanted.includes(VALUE) && !"}],:".includes(token);
}

function after(token, wanted, open) {
  if (token === "{" || token === "[") {
    open.push(token);
    return token === "{" ? ["a name", "}"] : [VALUE, "]"];
  }
  if (token === ":") return [VALUE];
  if (token === ",") return open[open.length - 1] === "{" ? ["a name"] : [VALUE];
  if (wanted.includes("a name") && token !== "}") return [":"];
  if (token === "}" || token === "]") open.pop();
  if (!open.length) return [];
  return [",", open[open.length - 1] === "{" ? "}" : "]"];
}

export class Starting {
  constructor(dialog, { ask, send, done }) {
    Object.assign(this, { dialog, ask, send, done });
    this.input = "{}";
  }

  open(samples, { before } = {}) {
    const choices = [["", "Your own"], ...(before ? [["before", "Input of the execution shown"]] : []), ...samples.map((name) => [`file:${name}`, `events/${name}`])];
    const options = choices.map(([value, name]) => el("option", { value }, name));
    const sample = el("select", { id: "sample", on: { change: (event) => this.take(event.target.value, before) } }, ...options);
    const checked = () => this.check();
    this.text = el("textarea", { id: "input", spellcheck: "false", autocomplete: "off", "aria-describedby": "problem", on: { input: checked } });
    this.text.value = this.input;
    this.name = el("input", { id: "execution-name", autocomplete: "off", spellcheck: "false", maxlength: "80", placeholder: "made from the time, where you give none" });
    this.problem = el("p", { id: "problem", class: "problem", role: "alert" });
    this.go = el("button", { type: "submit", class: "primary" }, "Start execution");
    const cancel = el("button", { type: "button", on: { click: () => this.dialog.close() } }, "Cancel");
    const form = el(
      "form",
      { method: "dialog", novalidate: true, on: { submit: (event) => this.submit(event) } },
      el("h2", { id: "starting-title" }, "Start execution"),
      el("div", {}, el("label", { for: "sample" }, "Sample event"), sample),
      el("div", {}, el("label", { for: "input" }, "Input ", el("span", {}, "JSON")), this.text),
      el("div", {}, el("label", { for: "execution-name" }, "Name ", el("span", {}, "if you want one")), this.name),
      this.problem,
      el("div", { class: "buttons" }, cancel, this.go),
    );
    this.dialog.replaceChildren(form);
    this.check();
    this.dialog.showModal();
    if (samples.length && this.input === "{}") {
      sample.value = `file:${samples[0]}`;
      this.take(sample.value, before);
    }
    this.text.focus();
  }

  async take(value, before) {
    if (value === "") return;
    if (value === "before") {
      this.put(pretty(before));
      return;
    }
    try {
      const { text } = await this.ask("sample", { name: value.slice(5) });
      this.put(text.trimEnd());
    } catch (error) {
      this.say(error.message);
    }
  }

  put(text) {
    this.text.value = text;
    this.check();
  }

  check() {
    const wrong = wrongJson(this.text.value);
    this.say(wrong);
    this.text.setAttribute("aria-invalid", String(wrong !== null));
    return wrong === null;
  }

  say(text) {
    this.problem.textContent = text ?? "";
  }

  async submit(event) {
    event.preventDefault();
    if (!this.check()) {
      this.text.focus();
      return;
    }
    this.go.disabled = true;
    try {
      const started = await this.send("start", { input: this.text.value, name: this.name.value.trim() || null });
      this.input = this.text.value;
      this.dialog.close();
      this.done(started, this.text.value);
    } catch (error) {
      this.say([error.message, error.hint].filter(Boolean).join(" — "));
    } finally {
      this.go.disabled = false;
    }
  }
}
