// Where the page's answers come from: the command that serves it, or the file that it is.

const LONGEST = 8000;

async function answered(response) {
  let value;
  try {
    value = await response.json();
  } catch {
    throw new Error(`the answer was ${response.status}, without a word`);
  }
  if (!response.ok) throw Object.assign(new Error(value.message), { hint: value.hint });
  return value;
}

async function fetched(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw Object.assign(new Error("maestro view has ended, or does not answer"), { hint: "start it again" });
  }
  return answered(response);
}

export class Live {
  constructor(heard, linked, known) {
    Object.assign(this, { heard, linked, known });
    this.execution = undefined;
    this.source = null;
    this.pause = 500;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.rest() : this.connect()));
    window.addEventListener("pagehide", () => this.rest());
  }

  ask(path, query) {
    return fetched(`${path}?${new URLSearchParams(query)}`);
  }

  send(path, value) {
    return fetched(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) });
  }

  // Follows an execution, or none.
  follow(execution) {
    this.execution = execution;
    if (!document.hidden) this.connect();
  }

  rest() {
    clearTimeout(this.later);
    this.source?.close();
    this.source = null;
  }

  connect() {
    this.rest();
    // The folder is the largest of what is told: it need not be told twice.
    const query = { known: this.known ?? 0, ...(this.execution ? { execution: this.execution } : {}) };
    const source = new EventSource(`stream?${new URLSearchParams(query)}`);
    this.source = source;
    for (const name of ["folder", "saved", "deployment", "executions", "execution", "states", "trouble"]) {
      source.addEventListener(name, (event) => {
        if (source !== this.source) return;
        if (name === "folder") this.known = Number(event.lastEventId);
        this.heard(name, JSON.parse(event.data));
      });
    }
    source.addEventListener("open", () => {
      this.pause = 500;
      this.linked(true);
    });
    source.addEventListener("error", () => {
      if (source !== this.source) return;
      this.rest();
      this.linked(false);
      this.later = setTimeout(() => this.connect(), this.pause);
      this.pause = Math.min(LONGEST, this.pause * 1.6);
    });
  }
}

// A page that was written to a file knows all that it will ever know.
export class Kept {
  constructor(data) {
    this.data = data;
  }

  async ask(path, { name, number }) {
    const found = this.data[path]?.[name];
    const value = path === "visits" ? found : found?.[number];
    if (value === undefined) throw new Error("this was left out of the file");
    return value;
  }

  follow() {}
}
