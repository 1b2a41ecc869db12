// The page: what is known, what is chosen, and who shows it.

import { byId, el, write } from "./dom.js";
import { Code } from "./code.js";
import { Executions, sign } from "./executions.js";
import { Inspector } from "./inspector.js";
import { Picture } from "./picture.js";
import { Starting } from "./starting.js";
import { FATES, STATUS, duration } from "./words.js";
import { Kept, Live } from "./wire.js";

const facts = JSON.parse(byId("data").textContent);
const live = facts.mode === "live";
const app = {
  folder: facts.folder,
  deployment: facts.deployment,
  executions: facts.executions?.executions ?? [],
  more: facts.executions?.more ?? false,
  ended: [],
  saved: facts.saved?.number ?? 0,
  arn: null,
  auto: live,
  execution: null,
  states: null,
  steps: null,
  other: null,
  name: null,
  skew: 0,
  linked: true,
};

const now = () => (live ? Date.now() + app.skew : (app.execution?.ended ?? facts.now));
const wire = live ? new Live(heard, linked, facts.version) : new Kept(facts);
const picture = new Picture(byId("picture"), (name) => chooseState(name));
const code = new Code(byId("code"), (name) => chooseState(name));
const list = new Executions(byId("executions"), (arn) => chooseExecution(arn));
const inspector = new Inspector(byId("inspector"), {
  ask: (path, query) => wire.ask(path, query),
  now,
  choose: (name) => chooseState(name),
});
const starting = new Starting(byId("starting"), {
  ask: (path, query) => wire.ask(path, query),
  send: (path, value) => wire.send(path, value),
  done: begun,
});

// --- what comes in ---------------------------------------------------------------------------

function heard(name, value) {
  const hearing = { folder: inFolder, saved, deployment, executions, execution, states, trouble };
  hearing[name](value);
}

function inFolder(value) {
  app.folder = value;
  compareDefinitions();
  showDefinition();
}

function saved(value) {
  if (value.number <= app.saved) return;
  app.saved = value.number;
  const files = value.files.join(", ") + (value.more ? ` and ${value.more} more` : "");
  const rest = app.deployment?.state === "deployed" ? ` \`${facts.redeploy}\` brings it to where it is deployed.` : "";
  toast(`${files} changed.${rest}`);
}

function deployment(value) {
  app.deployment = value;
  showDeployment();
}

function executions(value) {
  const newest = value.executions[0]?.arn;
  app.executions = value.executions;
  app.more = value.more;
  const told = new Set(value.executions.map((each) => each.arn));
  const turnedUp = told.has(app.arn) && app.ended.some((each) => each.arn === app.arn);
  app.ended = app.ended.filter((each) => !told.has(each.arn));
  if (turnedUp) {
    // An EXPRESS execution whose log is there: now it is known state by state.
    app.states = new Map();
    app.steps = [];
    wire.follow(app.arn);
  }
  const wanted = app.wanted && named(app.wanted);
  if (wanted) chooseExecution(wanted);
  else if (app.auto && !app.wanted && newest && newest !== app.arn) chooseExecution(newest, { auto: true });
  showList();
}

function execution(value) {
  if (value.arn !== app.arn) return;
  const before = app.execution?.status;
  app.execution = value;
  if (before === "RUNNING" && value.status !== before) {
    say(`${value.name} ${STATUS[value.status] ?? value.status}`);
  }
  if (compareDefinitions()) showDefinition();
  showExecution();
  if (!app.name) showInspector();
}

// An execution that began with another definition than the folder has by now is shown with its own.
function compareDefinitions() {
  const shape = app.execution?.shape;
  const differs = Boolean(shape && app.folder?.shape && shape !== app.folder.shape);
  if (!differs && !app.other) return false;
  if (differs && app.other?.shape === shape) return false;
  app.other = null;
  if (differs) otherDefinition(app.arn);
  return true;
}

async function otherDefinition(arn) {
  try {
    const found = await wire.ask("definition", { execution: arn });
    if (arn !== app.arn) return;
    app.other = found;
    showDefinition();
  } catch (error) {
    toast(error.message);
  }
}

function states(value) {
  app.skew = value.now - Date.now();
  app.states ??= new Map();
  let mine = false;
  for (const state of value.states) {
    const before = app.states.get(state.name);
    app.states.set(state.name, state);
    mine ||= state.name === app.name;
    if (state.fate === "failed" && before?.fate !== "failed") say(`${state.name} failed`);
    if (state.running && !before?.running && app.auto && !app.name) picture.reveal(state.name);
  }
  if (value.steps) app.steps = value.steps;
  picture.look(app.states, now());
  if (value.steps) picture.walked(app.steps);
  showLegend();
  if (mine || !app.name) showInspector({ again: true });
}

function trouble(value) {
  app.trouble = value;
  showBanner();
}

function linked(up) {
  app.linked = up;
  showBanner();
  showLink();
}

function begun(started, input) {
  if (started.status) {
    // An EXPRESS execution is over by now; its log tells of its states, later.
    app.ended.unshift({ ...started, input, began: null, ended: null, error: started.error, cause: started.cause });
  }
  toast(`Started: ${started.of}.`);
  chooseExecution(started.arn);
  showList();
}

// --- what is chosen --------------------------------------------------------------------------

function chooseExecution(arn, { auto = false } = {}) {
  app.auto = auto;
  app.wanted = null;
  if (arn === app.arn && app.execution) return;
  app.arn = arn;
  app.execution = known().find((each) => each.arn === arn) ?? null;
  app.states = arn && live ? new Map() : null;
  app.steps = arn && live ? [] : null;
  app.other = null;
  app.trouble = null;
  const over = app.ended.some((each) => each.arn === arn);
  if (over) app.states = null;
  if (live) history.replaceState(null, "", arn ? `#${encodeURIComponent(arn.split(":").pop())}` : "#");
  wire.follow(over ? null : arn);
  showAll();
}

// The ARN of an execution by its name, or by the end of its ARN; null where it is not known yet. Only
// an EXPRESS one has to be listed for that.
function named(name) {
  const listed = app.executions.find((each) => each.name === name || each.arn.endsWith(`:${name}`));
  if (listed) return listed.arn;
  const there = app.deployment;
  return there?.machine && !there.express ? `${there.machine.replace(":stateMachine:", ":execution:")}:${name}` : null;
}

function known() {
  return [...app.ended, ...app.executions];
}

function chooseState(name) {
  const before = app.name;
  const within = byId("inspector").contains(document.activeElement);
  app.name = name;
  picture.mark(name);
  code.mark(name);
  showInspector();
  if (name) picture.reveal(name);
  else if (before && within) picture.focus(before);
}

// --- what is shown ---------------------------------------------------------------------------

function shownDefinition() {
  return app.other ?? app.folder;
}

function showDefinition() {
  const definition = shownDefinition();
  const found = app.folder?.findings ?? [];
  if (!definition?.tree) {
    const why = found.length ? "The definition cannot be drawn: what is wrong with it stands beside." : "Drawing…";
    picture.empty(el("p", { class: "empty" }, why));
  } else {
    picture.draw(definition.tree, `State machine ${facts.name}. Arrow keys go from state to state, Enter opens one.`);
    picture.look(app.states, now());
    picture.walked(app.states && app.steps);
  }
  write(byId("file"), app.other ? "as it was when this execution began" : (definition?.file ?? ""));
  later(() => {
    code.show(definition?.text ?? "", definition?.extents ?? {}, app.other ? "" : (definition?.file ?? ""));
    showFindings(app.other ? [] : found);
    code.mark(app.name);
  });
}

// The picture comes first: thousands of lines of text wait until it is on the screen.
function later(work) {
  clearTimeout(app.later);
  const soon = () => (app.later = setTimeout(work, 0));
  if (document.hidden || app.drawn) soon();
  else requestAnimationFrame(() => requestAnimationFrame(() => ((app.drawn = true), soon())));
}

function showFindings(found) {
  const box = byId("findings");
  const file = app.folder?.file ?? "";
  const here = (each) => each.line && (each.file === file || each.file.endsWith(`/${file}`));
  const wrong = found.filter((each) => each.severity === "error");
  const counted = (number, word) => (number ? `${number} ${word}${number === 1 ? "" : "s"}` : null);
  const key = JSON.stringify(found);
  if (box.dataset.shown !== key) {
    box.dataset.shown = key;
    box.hidden = !found.length;
    box.open = wrong.length > 0;
    const summary = [counted(wrong.length, "error"), counted(found.length - wrong.length, "warning")].filter(Boolean).join(", ");
    const rows = found.map((each) =>
      el(
        "li",
        { "data-severity": each.severity },
        el(
          "button",
          { type: "button", on: { click: () => here(each) && code.to(each.line) } },
          el("b", {}, `${each.severity}: `),
          each.message,
          el("small", {}, [each.where, each.hint].filter(Boolean).join(" — ")),
        ),
      ),
    );
    box.replaceChildren(el("summary", {}, summary), el("ul", {}, ...rows));
    if (wrong.length) say(`The definition has ${counted(wrong.length, "error")}: ${wrong[0].message}`);
  }
  const lines = wrong.filter(here).map((each) => each.line);
  code.wrong(new Set(lines));
  if (lines.length && !app.name) code.to(lines[0]);
}

function showExecution() {
  const { execution: shown } = app;
  write(byId("heading"), shown ? shown.name : facts.name);
  const status = byId("status");
  if (!shown) {
    status.replaceChildren();
    return;
  }
  status.dataset.status = shown.status;
  const took = shown.began ? duration((shown.ended ?? now()) - shown.began) : "";
  const word = el("b", {}, STATUS[shown.status] ?? shown.status);
  status.replaceChildren(sign(shown.status), word, el("span", {}, took));
  document.title = `${STATUS[shown.status] ?? shown.status} · ${shown.name} · ${facts.name}`;
}

function showInspector({ again = false } = {}) {
  if (!app.name) {
    const hint = "Click a state, or go to it with the arrow keys and press Enter.";
    const over = app.execution && app.execution.status !== "RUNNING" && app.execution.status !== "SUCCEEDED";
    const failed = over ? [...(app.states?.values() ?? [])].filter((state) => state.fate === "failed").map((state) => state.name) : [];
    inspector.overview(app.execution, hint, failed);
    return;
  }
  const type = picture.groups.get(app.name)?.group.dataset.type;
  if (app.arn && app.states?.has(app.name)) {
    inspector.state(app.arn, app.name, { again });
  } else {
    inspector.plain(app.name, type, app.arn ? "The execution has not come to this state." : "Choose an execution, and it is told here what this state was given, and gave.");
  }
}

function showList() {
  list.show(known(), app.arn, now(), { folder: live });
  byId("more").hidden = !app.more;
  const note = byId("list-note");
  if (!live || known().length) write(note, "");
  else if (app.deployment?.express) write(note, "Executions of an EXPRESS workflow are known by their log: they turn up after some seconds.");
  else if (app.deployment?.state === "deployed") write(note, "It has not been run yet.");
  else write(note, "");
}

function showDeployment() {
  const there = app.deployment;
  const place = there?.state === "deployed" ? [facts.local ? "on this machine" : `${there.account} · ${there.region}`] : [];
  if (facts.stage) place.unshift(`stage ${facts.stage}`);
  write(byId("place"), live ? place.join(" · ") : `written ${facts.written}`);
  byId("start").hidden = !live;
  byId("start").disabled = there?.state !== "deployed";
  showBanner();
  showList();
  showLink();
}

function showLink() {
  const link = byId("link");
  const there = app.deployment?.state;
  const state = !live ? "kept" : !app.linked ? "gone" : there === "deployed" ? "live" : "waiting";
  link.dataset.state = state;
  write(link, { kept: "a file: it does not change", gone: "not connected", live: "live", waiting: there === "trouble" ? "not deployed, or not reached" : "connecting" }[state]);
}

function showBanner() {
  const banner = byId("banner");
  const there = app.deployment;
  let said = null;
  if (!app.linked) said = ["maestro view does not answer.", "It may have ended: this page goes on as soon as it is there again."];
  else if (there?.state === "trouble") said = [there.message, there.hint];
  else if (app.trouble) said = [app.trouble.message, app.trouble.again ? `It is tried again in ${Math.ceil(app.trouble.again)} s.` : app.trouble.hint];
  banner.hidden = !said;
  if (said && banner.textContent !== said.join("")) banner.replaceChildren(el("strong", {}, said[0]), el("span", {}, said[1] ?? ""));
}

function showLegend() {
  const fates = new Set([...(app.states?.values() ?? [])].map((state) => state.fate));
  const wanted = app.states?.size ? Object.keys(FATES).filter((fate) => fates.has(fate) || fate === "unseen") : [];
  const legend = byId("legend");
  const key = wanted.join();
  if (legend.dataset.shown === key) return;
  legend.dataset.shown = key;
  legend.replaceChildren(...wanted.map((fate) => el("li", { "data-fate": fate }, FATES[fate])));
}

function showAll() {
  showList();
  showDefinition();
  showExecution();
  showLegend();
  showInspector();
  showBanner();
}

function toast(text) {
  const box = byId("toast");
  box.textContent = text;
  clearTimeout(app.toasting);
  app.toasting = setTimeout(() => (box.textContent = ""), 8000);
}

function say(text) {
  byId("said").textContent = text;
}

// --- the beginning ---------------------------------------------------------------------------

byId("title").textContent = facts.name;
document.title = facts.name;
byId("smaller").addEventListener("click", () => picture.resize(1 / 1.25));
byId("larger").addEventListener("click", () => picture.resize(1.25));
byId("fit").addEventListener("click", () => picture.resize(null));
byId("start").addEventListener("click", () => starting.open(app.folder?.samples ?? [], { before: app.execution?.input }));
byId("more").addEventListener("click", () => wire.send("more", {}).catch((error) => toast(error.message)));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && app.name && !byId("starting").open) chooseState(null);
});
setInterval(() => {
  if (app.execution?.status !== "RUNNING" && !known().some((each) => each.status === "RUNNING")) return;
  picture.tick(now());
  inspector.tick();
  showExecution();
  showList();
}, 1000);

if (live) {
  app.wanted = decodeURIComponent(location.hash.slice(1)) || null;
  const first = app.wanted ? named(app.wanted) : app.executions[0]?.arn;
  if (first) chooseExecution(first, { auto: !app.wanted });
  else {
    wire.follow(null);
    showAll();
  }
} else {
  app.states = new Map(facts.states.map((state) => [state.name, state]));
  app.steps = facts.steps;
  app.arn = facts.executions.executions[0].arn;
  app.execution = facts.executions.executions[0];
  showAll();
}
showDeployment();
performance.mark("picture");
