// Elements. Text goes in as text: nothing here, or anywhere in the page, reads markup.

const SVG = "http://www.w3.org/2000/svg";

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (value === true) {
      node.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value);
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function drawing(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

export function byId(id) {
  return document.getElementById(id);
}

// Changes a text only where it is another: a screen reader reads what changes.
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// Arrow keys, Home and End among the parts of a list that has one stop of the Tab key.
export function among(parts, at, key, [back, on]) {
  const last = parts.length - 1;
  const to = { [back]: at - 1, [on]: at + 1, Home: 0, End: last }[key];
  return to === undefined ? null : parts[Math.max(0, Math.min(last, to))];
}
