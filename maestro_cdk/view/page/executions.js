// The list of executions, newest first; above them the workflow as it is in the folder.

import { among, drawing, el } from "./dom.js";
import { SIGNS, STATUS, duration, moment } from "./words.js";

export function sign(status) {
  const path = drawing("path", { d: SIGNS[status] ?? SIGNS.ABORTED, "fill-rule": "evenodd" });
  return drawing("svg", { class: "sign", viewBox: "0 0 16 16", "aria-hidden": "true", "data-status": status }, path);
}

export class Executions {
  constructor(list, choose) {
    this.list = list;
    this.choose = choose;
    this.rows = new Map();
    list.addEventListener("keydown", (event) => this.moved(event));
  }

  // Shows them; rows that are there already stay, so that focus stays where it is.
  show(executions, chosen, now, { folder }) {
    const wanted = folder ? [{ arn: "", name: "Workflow in the folder", status: "FOLDER" }, ...executions] : executions;
    const kept = new Set(wanted.map((each) => each.arn));
    for (const [arn, row] of this.rows) {
      if (!kept.has(arn)) {
        row.item.remove();
        this.rows.delete(arn);
      }
    }
    wanted.forEach((execution, n) => {
      const row = this.rows.get(execution.arn) ?? this.added(execution);
      this.fill(row, execution, now);
      const current = execution.arn === (chosen ?? "");
      row.button.setAttribute("aria-current", String(current));
      row.button.tabIndex = current ? 0 : -1;
      if (this.list.children[n] !== row.item) this.list.insertBefore(row.item, this.list.children[n] ?? null);
    });
    const buttons = this.buttons();
    if (buttons.length && !buttons.some((button) => button.tabIndex === 0)) buttons[0].tabIndex = 0;
  }

  added(execution) {
    const name = el("span", { class: "name" }, execution.name);
    const status = el("span");
    const took = el("span");
    const mark = el("span");
    const button = el(
      "button",
      { type: "button", class: "item", title: execution.name, on: { click: () => this.choose(execution.arn || null) } },
      mark,
      name,
      el("span", { class: "more" }, status, took),
    );
    const row = { item: el("li", {}, button), button, status, took, mark };
    this.rows.set(execution.arn, row);
    return row;
  }

  fill(row, execution, now) {
    if (row.shown !== execution.status) {
      row.shown = execution.status;
      row.mark.replaceChildren(sign(execution.status));
    }
    if (execution.status === "FOLDER") {
      row.status.textContent = "as it is written now";
      return;
    }
    const word = STATUS[execution.status] ?? execution.status.toLowerCase();
    const began = execution.began ? moment(execution.began, now) : "";
    row.status.textContent = [word, began].filter(Boolean).join(" · ");
    row.took.textContent = execution.began ? duration((execution.ended ?? now) - execution.began) : "";
  }

  buttons() {
    return [...this.list.querySelectorAll("button")];
  }

  moved(event) {
    const buttons = this.buttons();
    const to = among(buttons, buttons.indexOf(event.target), event.key, ["ArrowUp", "ArrowDown"]);
    if (!to) return;
    event.preventDefault();
    to.focus();
  }
}
