// What is known of the chosen state, or of the whole execution where none is chosen.

import { among, byId, el } from "./dom.js";
import { shown } from "./data.js";
import { FATES, STATUS, clock, duration, moment, told } from "./words.js";

const TABS = ["Input", "Output", "Details", "Logs"];
const AGAIN = 1500;

export function failure({ error, cause }, kind = "") {
  const { message, trace } = told(cause ?? "");
  return el(
    "div",
    { class: `failure ${kind}` },
    el("strong", {}, [error, message].filter(Boolean).join(": ") || "It failed without a word."),
    trace.length ? el("pre", {}, trace.join("\n")) : null,
  );
}

function fact(name, value) {
  return value ? el("div", {}, el("dt", {}, name), el("dd", { id: `fact-${name.toLowerCase()}` }, value)) : null;
}

function labelled(title, ...children) {
  return el("div", { class: "block" }, el("h3", {}, title), ...children);
}

export class Inspector {
  constructor(host, { ask, now, choose }) {
    Object.assign(this, { host, ask, now, choose });
    this.close = () => choose(null);
    this.tab = "Input";
    this.asked = 0;
    this.picked = null;
    this.key = null;
  }

  // The execution as a whole.
  overview(execution, hint, failed = []) {
    this.key = null;
    const title = el("h2", { id: "inspector-title" }, execution ? "Execution" : "State");
    const bar = el("div", { class: "bar" }, title);
    if (!execution) {
      this.host.replaceChildren(bar, el("div", { role: "tabpanel", "aria-labelledby": "inspector-title" }, el("p", { class: "empty" }, hint)));
      return;
    }
    bar.append(el("p", { class: "mono" }, execution.name));
    const running = execution.status === "RUNNING";
    const parts = [];
    if (execution.error || execution.cause) parts.push(failure(execution));
    if (failed.length) {
      const buttons = failed.slice(0, 12).map((name) => el("button", { type: "button", on: { click: () => this.choose(name) } }, name));
      parts.push(el("p", { class: "choice ends" }, "Failed:", ...buttons));
    }
    if (execution.input !== null && execution.input !== undefined) {
      parts.push(labelled("Input", shown(execution.input, "Input of the execution")));
    }
    if (execution.output) parts.push(labelled("Output", shown(execution.output, "Output of the execution")));
    else if (running) parts.push(el("p", { class: "empty" }, "It has no output yet."));
    this.host.replaceChildren(
      bar,
      el(
        "dl",
        { class: "facts" },
        fact("Status", STATUS[execution.status] ?? execution.status),
        fact("Began", execution.began && moment(execution.began, this.now())),
        fact("Took", execution.ended && duration(execution.ended - execution.began)),
      ),
      el("div", { role: "tabpanel", "aria-labelledby": "inspector-title" }, ...parts),
    );
  }

  // A state that is only looked at in the definition.
  plain(name, type, hint) {
    this.key = null;
    this.host.replaceChildren(this.bar(name, [type]), el("div", { role: "tabpanel", "aria-labelledby": "inspector-title" }, el("p", { class: "empty" }, hint)));
  }

  bar(name, tags) {
    const close = el("button", { type: "button", class: "quiet", "aria-label": "Close", on: { click: this.close } }, "✕");
    const shownTags = tags.filter(Boolean).map((tag) => (typeof tag === "string" ? el("span", { class: "tag" }, tag) : tag));
    return el("div", { class: "bar" }, el("h2", { id: "inspector-title", title: name }, name), ...shownTags, close);
  }

  // A state of an execution; asked for anew when it may have changed.
  async state(execution, name, { again = false } = {}) {
    const key = JSON.stringify([execution, name]);
    if (key !== this.key) {
      this.picked = null;
      this.key = key;
    }
    const ask = (this.asked += 1);
    try {
      const picked = this.picked === null ? {} : { offset: Math.max(0, this.picked - 100) };
      const visits = await this.ask("visits", { execution, name, ...picked });
      if (ask !== this.asked || key !== this.key) return;
      const number = this.picked ?? visits.chosen;
      const visit = await this.ask("visit", { execution, name, number });
      if (ask !== this.asked || key !== this.key) return;
      this.show(execution, visits, visit, again);
    } catch (error) {
      if (ask === this.asked && key === this.key) this.trouble(name, error);
    }
  }

  trouble(name, error) {
    this.host.replaceChildren(this.bar(name, []), el("div", { role: "tabpanel", "aria-labelledby": "inspector-title" }, failure({ error: error.message, cause: error.hint })));
  }

  show(execution, visits, visit, again) {
    const before = JSON.stringify([visits, visit]);
    if (again && before === this.before) return;
    this.before = before;
    this.visit = visit;
    const focused = this.host.contains(document.activeElement) ? document.activeElement.id : null;
    const tag = el("span", { class: "tag", "data-fate": visit.fate }, FATES[visit.fate]);
    this.panel = el("div", { role: "tabpanel", id: "panel", tabindex: "-1" });
    this.host.replaceChildren(
      this.bar(visit.name, [visit.type, tag]),
      this.facts(visit),
      ...this.choices(execution, visits, visit),
      this.tabs(execution),
      this.panel,
    );
    this.open(execution, this.tab);
    if (focused) byId(focused)?.focus({ preventScroll: true });
  }

  facts(visit) {
    return el(
      "dl",
      { class: "facts" },
      fact("Entered", clock(visit.entered, { millis: true })),
      fact("Took", this.took(visit)),
      fact("Attempts", visit.attempts > 1 ? String(visit.attempts) : ""),
      fact("In", visit.inside.join(" › ")),
      fact("Item", visit.item === null ? "" : String(visit.item)),
    );
  }

  took(visit) {
    return visit.exited ? duration(visit.exited - visit.entered) : `${duration(this.now() - visit.entered)} so far`;
  }

  tick() {
    if (this.key && this.visit && !this.visit.exited) byId("fact-took")?.replaceChildren(this.took(this.visit));
  }

  // Which of many visits is shown.
  choices(execution, visits, visit) {
    if (visits.total < 2) return [];
    const named = ({ fate, item, entered }, n) =>
      [`${visits.offset + n + 1}`, item === null ? null : `item ${item}`, clock(entered, { millis: true }), FATES[fate]].filter((part) => part !== null).join(" · ");
    const options = visits.visits.map((each, n) =>
      el("option", { value: visits.offset + n, selected: visits.offset + n === visit.number }, named(each, n)),
    );
    const change = (event) => {
      this.picked = Number(event.target.value);
      this.state(execution, visit.name);
    };
    const select = el("select", { id: "visit", on: { change } }, ...options);
    return [el("p", { class: "choice" }, el("label", { for: "visit" }, "Visit"), select, `of ${visits.total.toLocaleString("en")}`, ...this.paging(execution, visits, visit))];
  }

  paging(execution, visits, visit) {
    if (visits.total <= visits.visits.length) return [];
    const go = (to) => () => {
      this.picked = Math.max(0, Math.min(visits.total - 1, to));
      this.state(execution, visit.name);
    };
    const button = (label, to, id) => el("button", { type: "button", id, "aria-label": label, on: { click: go(to) } }, id === "earlier" ? "‹" : "›");
    return [button("Earlier visits", visit.number - 100, "earlier"), button("Later visits", visit.number + 100, "later")];
  }

  tabs(execution) {
    const tabs = TABS.map((name) =>
      el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "panel", on: { click: () => this.open(execution, name) } }, name),
    );
    const moved = (event) => {
      const to = among(tabs, tabs.indexOf(event.target), event.key, ["ArrowLeft", "ArrowRight"]);
      if (!to) return;
      event.preventDefault();
      to.focus();
      to.click();
    };
    this.list = el("div", { role: "tablist", "aria-label": "What of it", on: { keydown: moved } }, ...tabs);
    return this.list;
  }

  open(execution, name) {
    this.tab = name;
    for (const tab of this.list.children) {
      const on = tab.id === `tab-${name}`;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    }
    this.panel.setAttribute("aria-labelledby", `tab-${name}`);
    const { visit } = this;
    if (name === "Input") this.panel.replaceChildren(...this.value(visit.input, "input"));
    else if (name === "Output") this.panel.replaceChildren(...this.output(visit));
    else if (name === "Details") this.panel.replaceChildren(...this.details(visit));
    else this.logs(execution, visit);
  }

  value(text, what) {
    return text === null ? [el("p", { class: "empty" }, `It has no ${what}.`)] : [shown(text, `${what} of ${this.visit.name}`)];
  }

  output(visit) {
    const wrong = this.wrong(visit);
    if (visit.output === null && visit.exited === null) return [...wrong, el("p", { class: "empty" }, "It has no output yet.")];
    return [...wrong, ...this.value(visit.output, "output")];
  }

  // What went wrong: at the end in full, before that, when it was tried again, a line for each time.
  wrong(visit) {
    const final = visit.fate === "failed" || visit.fate === "caught" ? visit.errors.length - 1 : -1;
    const [last, before] = [visit.errors[final], visit.errors.filter((_, n) => n !== final)];
    return [...(last ? [failure(last, visit.fate === "caught" ? "retried" : "")] : []), ...before.map((each, n) => this.attempt(each, n + 1))];
  }

  attempt({ error, cause }, number) {
    const { message, trace } = told(cause ?? "");
    const line = `Attempt ${number}: ${[error, message].filter(Boolean).join(": ")}`;
    const summary = el("summary", {}, line);
    return trace.length ? el("details", { class: "failure retried" }, summary, el("pre", {}, trace.join("\n"))) : el("div", { class: "failure retried" }, line);
  }

  details(visit) {
    const rows = visit.steps.map((step) =>
      el(
        "tr",
        {},
        el("td", {}, `+${duration(step.time - visit.entered)}`),
        el("td", step.error === null ? {} : { class: "bad" }, [step.type, step.error].filter(Boolean).join(": ")),
      ),
    );
    const more = visit.more ? el("p", { class: "empty" }, `and ${visit.more.toLocaleString("en")} events more`) : null;
    const body = el("tbody", {}, ...rows);
    const table = el("table", { class: "steps", "aria-label": "Events" }, body);
    return [...this.wrong(visit), labelled("Events", table, more)];
  }

  async logs(execution, visit) {
    const { panel } = this;
    panel.replaceChildren(el("p", { class: "empty" }, "Reading…"));
    const here = () => panel === this.panel && this.tab === "Logs";
    for (;;) {
      let found;
      try {
        found = await this.ask("logs", { execution, name: visit.name, number: visit.number });
      } catch (error) {
        if (here()) panel.replaceChildren(failure({ error: error.message, cause: error.hint }));
        return;
      }
      if (!here()) return;
      panel.replaceChildren(this.lines(found));
      if (visit.exited !== null || !found.called.length) return;
      await new Promise((done) => setTimeout(done, AGAIN));
    }
  }

  lines({ called, lines }) {
    if (!called.length) return el("p", { class: "empty" }, "It calls no function of this project, and so there are no log lines of it.");
    if (!lines.length) return el("p", { class: "empty" }, `${called.join(", ")} wrote nothing, or CloudWatch has not taken it in yet.`);
    const several = called.length > 1;
    return el(
      "ol",
      { class: "logs" },
      ...lines.map((line) => el("li", {}, el("time", {}, clock(line.time, { millis: true })), el("span", {}, several ? `${line.source}  ${line.text}` : line.text))),
    );
  }
}
