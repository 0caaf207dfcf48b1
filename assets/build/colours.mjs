// Computes CSS colour expressions to plain rgb at build time: light-dark(), color-mix(), oklch(),
// relative oklch(), with custom properties looked up in a Scope. No rules or selectors here.

import { converter, formatHex, formatRgb, interpolate, parse as parseColour, toGamut } from "culori";
import valueParser from "postcss-value-parser";

const toOklch = converter("oklch");
const intoSrgb = toGamut("rgb");

/** Matches a value that Chromium 109 would drop. */
export const MODERN = /light-dark\(|color-mix\(|oklch\(|oklab\(/;

/** The custom properties a value uses, in the order written. */
export function propertiesIn(value) {
  return [...value.matchAll(/var\(\s*(--[\w-]+)/g)].map((match) => match[1]);
}

function splitArguments(node) {
  const groups = [[]];
  for (const child of node.nodes) {
    if (child.type === "div" && child.value === ",") groups.push([]);
    else groups.at(-1).push(child);
  }
  return groups.map((group) => valueParser.stringify(group).trim());
}

function replaceNode(node, text) {
  Object.assign(node, { type: "word", value: text, nodes: undefined });
}

/** Where custom properties are looked up: the first of the given maps that has the name. */
export class Scope {
  constructor(...maps) {
    this.maps = maps;
  }

  lookup(name) {
    return this.maps.find((map) => name in map)?.[name];
  }

  /** The names a value depends on, through as many properties as it takes. */
  dependencies(value, seen = new Set()) {
    for (const name of propertiesIn(value)) {
      if (seen.has(name)) continue;
      seen.add(name);
      this.dependencies(this.lookup(name) ?? "", seen);
    }
    return seen;
  }

  /** The text with every var() replaced, or null where one has neither value nor fallback here. */
  substitute(text, seen = []) {
    const parsed = valueParser(text);
    let complete = true;
    parsed.walk((node) => {
      if (node.type !== "function" || node.value !== "var") return undefined;
      const [name, ...fallback] = splitArguments(node);
      const found = seen.includes(name) ? undefined : this.lookup(name);
      const text = found ?? (fallback.join(",") || null);
      const value = text && this.substitute(text, [...seen, name]);
      if (value) replaceNode(node, value);
      else complete = false;
      return false;
    });
    return complete ? parsed.toString() : null;
  }
}

function percentage(text) {
  const factor = /^calc\(\s*([\d.]+)\s*\*\s*100%\s*\)$/.exec(text);
  if (factor) return Number(factor[1]) * 100;
  const plain = /^([\d.]+)%$/.exec(text);
  return plain ? Number(plain[1]) : null;
}

function splitShare(argument) {
  const nodes = valueParser(argument).nodes.filter((node) => node.type !== "space");
  const share = nodes.length > 1 ? percentage(valueParser.stringify(nodes.at(-1))) : null;
  return [valueParser.stringify(share === null ? nodes : nodes.slice(0, -1)), share];
}

function evaluateMix([, first, second]) {
  const [one, share] = splitShare(first);
  const [two, otherShare] = splitShare(second);
  const weight = (share ?? (otherShare === null ? 50 : 100 - otherShare)) / 100;
  const [a, b] = [evaluate(one), evaluate(two)];
  if (!a || !b) return null;
  if (two === "transparent") return { ...a, alpha: (a.alpha ?? 1) * weight };
  return interpolate([b, a], "oklab")(weight);
}

// `oklch(from C calc(l - 0.06) c h)`, the one relative form in use.
function evaluateRelative(text) {
  const match = /^oklch\(\s*from\s+(.+)\s+calc\(\s*l\s*([+-])\s*([\d.]+)\s*\)\s+c\s+h\s*\)$/.exec(text);
  const base = match && toOklch(evaluate(match[1]));
  return base ? { ...base, l: base.l + Number(match[2] + match[3]) } : null;
}

function evaluate(expression) {
  const text = expression.trim().replace(/currentcolor/gi, "#808080");
  const node = valueParser(text).nodes[0];
  if (node?.type === "function") {
    if (node.value === "light-dark") return evaluate(splitArguments(node)[0]);
    if (node.value === "color-mix") return evaluateMix(splitArguments(node));
    if (text.includes("from ")) return evaluateRelative(text);
  }
  return parseColour(text.replaceAll("deg", "")) ?? null;
}

function print(colour) {
  const rgb = intoSrgb(colour);
  if ((rgb.alpha ?? 1) === 1) return formatHex(rgb);
  return formatRgb({ ...rgb, alpha: Number(rgb.alpha.toFixed(3)) });
}

// `color-mix(in oklab, C calc(var(--x-opacity) * 100%), transparent)` is C with alpha var(--x-opacity).
function printWithAlpha(node, scope) {
  const [, first, second] = node.value === "color-mix" ? splitArguments(node) : [];
  const match = /^(.*)\s+calc\(\s*(var\(--[\w-]+(?:\s*,\s*[\d.]+)?\))\s*\*\s*100%\s*\)$/.exec(first ?? "");
  const plain = second === "transparent" && match && scope.substitute(match[1]);
  const colour = plain && evaluate(plain);
  if (!colour) return null;
  const { r, g, b } = intoSrgb(colour);
  return `rgb(${[r, g, b].map((part) => Math.round(part * 255)).join(" ")} / ${match[2]})`;
}

function lowerFunction(node, scope) {
  if (node.value === "light-dark") return lowerValue(splitArguments(node)[0], scope);
  const withAlpha = printWithAlpha(node, scope);
  if (withAlpha) return withAlpha;
  const plain = scope.substitute(valueParser.stringify(node));
  const colour = plain && evaluate(plain);
  return colour ? print(colour) : null;
}

/** A declaration's value in plain rgb, or null where the scope does not know a property it needs. */
export function lowerValue(value, scope) {
  const parsed = valueParser(value);
  let complete = true;
  parsed.walk((node) => {
    if (node.type !== "function" || !/^(light-dark|color-mix|oklch|oklab)$/.test(node.value)) return undefined;
    const lowered = lowerFunction(node, scope);
    if (lowered === null) complete = false;
    else replaceNode(node, lowered);
    return false;
  });
  return complete ? parsed.toString() : null;
}

/** A text (a drawing, a sheet) whose oklch() colours use no custom property, with them in rgb. */
export function lowerColours(text) {
  return text.replace(/oklch\([^()]*\)/g, (colour) => print(evaluate(colour)));
}
