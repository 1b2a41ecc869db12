// The picture: drawn once for a definition, then coloured as an execution goes.

import { drawing, write } from "./dom.js";
import { FATES, standing } from "./words.js";

const SMALLEST = 0.1;
const LARGEST = 3;
const READABLE = 0.72;

// The element in a direction that is nearest to another, boxes being [left, top, right, bottom].
export function nearest(boxes, from, key) {
  const middle = ([left, top, right, bottom]) => [(left + right) / 2, (top + bottom) / 2];
  const [x, y] = middle(boxes[from]);
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  const sign = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
  let best = null;
  let least = Infinity;
  boxes.forEach((box, n) => {
    const [otherX, otherY] = middle(box);
    const [along, across] = sideways ? [otherX - x, otherY - y] : [otherY - y, otherX - x];
    if (n === from || along * sign <= 1) return;
    const far = along * sign + 2.5 * Math.abs(across);
    if (far < least) [best, least] = [n, far];
  });
  return best;
}

export class Picture {
  constructor(host, choose) {
    this.host = host;
    this.choose = choose;
    this.tree = null;
    this.zoom = null;
    this.groups = new Map();
    this.order = [];
    this.chosen = null;
    this.states = null;
    host.addEventListener("keydown", (event) => this.moved(event));
    host.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    this.dragging();
    new ResizeObserver(() => this.zoom === null && this.scaled()).observe(host);
  }

  // Draws a tree of [name, attributes, children]; one that came with the page is drawn already.
  draw(tree, label) {
    if (this.tree === tree) return;
    this.tree = tree;
    const focused = document.activeElement?.closest?.("svg .state")?.dataset.state;
    this.first ??= this.host.querySelector("svg");
    const svg = tree === "drawn" ? this.first : this.grown(tree);
    svg.setAttribute("class", "workflow");
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", label);
    this.size = svg.getAttribute("viewBox").split(" ").slice(2).map(Number);
    this.groups = new Map();
    this.order = [];
    for (const group of svg.querySelectorAll(".state")) {
      const name = group.dataset.state;
      const rect = group.querySelector(".body");
      const [x, y, wide, high] = ["x", "y", "width", "height"].map((key) => Number(rect.getAttribute(key)));
      group.setAttribute("role", "button");
      group.setAttribute("tabindex", "-1");
      group.addEventListener("click", () => this.dragged || this.choose(name));
      this.groups.set(name, { group, said: group.querySelector(".said"), box: [x, y, x + wide, y + high] });
      this.order.push(name);
    }
    this.order.sort((one, two) => this.groups.get(one).box[1] - this.groups.get(two).box[1]);
    if (svg.parentNode !== this.host) this.host.replaceChildren(svg);
    this.svg = svg;
    this.scaled();
    this.mark(this.chosen);
    if (focused) this.groups.get(focused)?.group.focus({ preventScroll: true });
  }

  grown([name, attributes, children]) {
    // Spaces between the parts, so that the lines of a box are words of their own to who hears them.
    const grown = children.flatMap((child) => (typeof child === "string" ? child : [this.grown(child), " "]));
    return drawing(name, attributes, ...grown);
  }

  empty(note) {
    this.tree = null;
    this.groups = new Map();
    this.order = [];
    this.host.replaceChildren(note);
  }

  // Colours the states; null colours none. Only what changed is touched.
  look(states, now) {
    this.states = states;
    for (const [name, { group, said }] of this.groups) {
      const state = states?.get(name);
      const fate = states ? (state?.fate ?? "unseen") : null;
      if (fate === null) delete group.dataset.fate;
      else if (group.dataset.fate !== fate) group.dataset.fate = fate;
      if (state?.running) group.dataset.running = "";
      else if ("running" in group.dataset) delete group.dataset.running;
      const text = standing(state, now);
      if (said) write(said, text);
      const standingWord = fate === null ? "" : FATES[state?.running ? "running" : fate];
      const written = [...group.querySelectorAll("text")].map((line) => line.textContent).join(" ").trim();
      const label = [written, standingWord].filter(Boolean).join(", ");
      if (group.getAttribute("aria-label") !== label) group.setAttribute("aria-label", label);
    }
  }

  // Pales the ways that the execution did not go; null pales none.
  walked(steps) {
    const went = steps && new Set(steps.map((step) => JSON.stringify(step)));
    for (const way of this.host.querySelectorAll("svg [data-from]")) {
      const key = JSON.stringify([way.dataset.from, way.dataset.to]);
      way.classList.toggle("faded", Boolean(went) && !went.has(key));
    }
  }

  tick(now) {
    if (!this.states) return;
    for (const [name, { said }] of this.groups) {
      const state = this.states.get(name);
      if (state?.running && said) write(said, standing(state, now));
    }
  }

  mark(name) {
    this.chosen = name;
    const stop = this.groups.has(name) ? name : this.order[0];
    for (const [other, { group }] of this.groups) {
      group.setAttribute("aria-pressed", String(other === name));
      group.setAttribute("tabindex", other === stop ? "0" : "-1");
    }
  }

  focus(name) {
    const found = this.groups.get(name);
    if (!found) return;
    for (const { group } of this.groups.values()) group.setAttribute("tabindex", "-1");
    found.group.setAttribute("tabindex", "0");
    found.group.focus({ preventScroll: true });
    this.reveal(name);
  }

  reveal(name) {
    this.groups.get(name)?.group.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  moved(event) {
    const name = event.target.closest?.(".state")?.dataset.state;
    if (name === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") {
      this.choose(name);
    } else if (event.key === "Home" || event.key === "End") {
      this.focus(event.key === "Home" ? this.order[0] : this.order[this.order.length - 1]);
    } else if (event.key.startsWith("Arrow")) {
      const boxes = this.order.map((other) => this.groups.get(other).box);
      const to = nearest(boxes, this.order.indexOf(name), event.key);
      if (to !== null) this.focus(this.order[to]);
    } else {
      return;
    }
    event.preventDefault();
  }

  // As large as fits; at first not so small that nothing can be read.
  fitting(least = READABLE) {
    const [wide, high] = this.size;
    const room = Math.min((this.host.clientWidth - 32) / wide, (this.host.clientHeight - 60) / high);
    return Math.max(least, Math.min(1.15, room));
  }

  scaled(zoom = this.zoom) {
    if (!this.svg || !this.tree) return;
    const factor = zoom ?? this.fitting();
    this.factor = factor;
    this.svg.setAttribute("width", this.size[0] * factor);
    this.svg.setAttribute("height", this.size[1] * factor);
  }

  resize(by) {
    if (!this.tree) return;
    this.zoom = by === null ? this.fitting(SMALLEST) : Math.max(SMALLEST, Math.min(LARGEST, this.factor * by));
    this.scaled();
    if (by !== null && this.chosen) this.reveal(this.chosen);
  }

  wheeled(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.resize(event.deltaY < 0 ? 1.1 : 1 / 1.1);
  }

  dragging() {
    const { host } = this;
    let from = null;
    host.addEventListener("pointerdown", (event) => {
      this.dragged = false;
      if (event.button !== 0 || event.pointerType !== "mouse") return;
      from = [event.clientX, event.clientY, host.scrollLeft, host.scrollTop];
    });
    window.addEventListener("pointermove", (event) => {
      if (!from) return;
      const [x, y] = [event.clientX - from[0], event.clientY - from[1]];
      if (!this.dragged && Math.hypot(x, y) < 5) return;
      this.dragged = true;
      host.classList.add("dragged");
      host.scrollTo(from[2] - x, from[3] - y);
    });
    window.addEventListener("pointerup", () => {
      from = null;
      host.classList.remove("dragged");
    });
  }
}
