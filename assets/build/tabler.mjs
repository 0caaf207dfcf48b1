// Tabler's style sheet, made fit for the oldest browser we support and trimmed to what we use.
//
// Tabler 1.6 paints with light-dark(), color-mix(), oklch() and relative colours over custom
// properties. Chromium 109 knows none of them and would drop nearly every colour. We have one
// (light) theme, so every such colour is known at build time and is written as plain rgb.

import postcss from "postcss";

import { lowerColours, lowerValue, MODERN, Scope } from "./colours.mjs";

// Families of classes no page uses. A page that needs one takes its name out of this list.
const UNUSED_FAMILIES = `
  accordion alert-important avatar bs- btn-animate btn-floating btn-ghost calendar callout card-chart card-cover
  card-flip card-gradient card-img card-link-pop card-link-rotate card-rotate card-side card-sponsor card-stacked
  carousel chart chat collapsing countup divide dropend dropstart dropup float form-colorinput form-file form-floating
  form-imagecheck form-range hover img- layout- legend link- list-timeline markdown mention modal nav-link-icon
  nav-vertical navbar-dark navbar-glass navbar-overlap navbar-side navbar-transparent navbar-vertical object offcanvas
  offset otp placeholder popover progressbg prose ratio ribbon segmented signal signature skip-link sortable sparkline
  star status-indicator step sticky- strength switch tag theme- timeline toast tooltip tracking translate
`;
const UNUSED_BRANDS = `
  bitbucket dribbble facebook flickr github google instagram linkedin pinterest rss tabler twitter vimeo vk x youtube
`;
const words = (text) => text.trim().split(/\s+/).join("|");
const UNUSED = new RegExp(
  [
    `\\.(${words(UNUSED_FAMILIES)})`,
    `\\.(bg|btn|btn-outline|text)-(${words(UNUSED_BRANDS)})\\b`,
    "-xxl\\b", // no page is wider than an xl container
    `theme=["']?(dark|primary)|data-bs-layout|data-bs-sidebar|bs-popper|\\[data-vc`,
  ].join("|"),
);

// Our colours in Tabler's names: cool greys, a calm blue, and accents that hold 4.5:1 on white.
const THEME = {
  "--tblr-gray-50": "#f7f9fb", "--tblr-gray-100": "#f0f3f7", "--tblr-gray-200": "#dfe5ec",
  "--tblr-gray-300": "#c6d0db", "--tblr-gray-400": "#93a1b1", "--tblr-gray-500": "#5f6e80",
  "--tblr-gray-600": "#475566", "--tblr-gray-700": "#364352", "--tblr-gray-800": "#1f2a37",
  "--tblr-gray-900": "#131c27", "--tblr-primary": "#14619b", "--tblr-blue": "#14619b",
  "--tblr-secondary": "#55647a", "--tblr-muted": "#5f6e80", "--tblr-success": "#1b7a45",
  "--tblr-green": "#1b7a45", "--tblr-info": "#0b6a94", "--tblr-azure": "#0b6a94", "--tblr-warning": "#a4530b",
  "--tblr-orange": "#a4530b", "--tblr-yellow": "#8a6100", "--tblr-danger": "#b92d2d", "--tblr-red": "#b92d2d",
  "--tblr-teal": "#0b7467", "--tblr-cyan": "#0b7285", "--tblr-purple": "#7b3fa0", "--tblr-indigo": "#4455b8",
  "--tblr-pink": "#a92c63", "--tblr-lime": "#4d7a0f", "--tblr-body-color": "#1f2a37", "--tblr-body-bg": "#f3f6f9",
  "--tblr-link-color": "#14619b", "--tblr-link-hover-color": "#0d4a78", "--tblr-form-invalid-color": "#b92d2d",
  "--tblr-form-invalid-border-color": "#b92d2d", "--tblr-form-valid-color": "#1b7a45",
  "--tblr-form-valid-border-color": "#1b7a45", "--tblr-secondary-color": "#4d5b6c",
  "--tblr-font-sans-serif":
    '"Noto Sans CJK SC","Noto Sans SC","Microsoft YaHei","PingFang SC",system-ui,"Segoe UI",Roboto,sans-serif',
};

const valuesOf = (rule) =>
  Object.fromEntries(rule.nodes.filter((node) => node.prop?.startsWith("--")).map((node) => [node.prop, node.value]));
const isRoot = (rule) => rule.parent.type === "root" && rule.selectors.includes(":root");
const familyOf = (rule) => /\.([a-z]+)/.exec(rule.selector)?.[1];

function dropUnused(root) {
  root.walkRules((rule) => {
    if (rule.parent.name?.endsWith("keyframes")) return;
    const kept = rule.selectors.filter((selector) => !UNUSED.test(selector));
    if (kept.length === 0) rule.remove();
    else if (kept.length < rule.selectors.length) rule.selectors = kept;
  });
}

// What nothing refers to any more; repeated, because custom properties use each other.
function dropUnreferenced(root) {
  for (let before = "", text = root.toString(); text !== before; text = root.toString()) {
    before = text;
    const used = new Set([...text.matchAll(/var\(\s*(--[\w-]+)/g)].map((match) => match[1]));
    const animations = [...text.matchAll(/animation(?:-name)?:([^;}]+)/g)].map((match) => match[1]).join(" ");
    root.walkDecls(/^--/, (decl) => void (used.has(decl.prop) || decl.remove()));
    root.walkAtRules("keyframes", (rule) => void (animations.includes(rule.params) || rule.remove()));
    root.walkRules((rule) => void (rule.nodes.length || rule.remove()));
    root.walkAtRules((rule) => void (rule.nodes?.length === 0 && rule.remove()));
  }
}

function applyTheme(root) {
  root.walkDecls(/^--/, (decl) => {
    if (isRoot(decl.parent) && decl.prop in THEME) decl.value = THEME[decl.prop];
  });
}

// A colour that depends on a property which variants set (.alert-danger sets --tblr-alert-variant-color):
// each variant gets the colour computed with its own value, because it can no longer be mixed later.
function specialise(decl, definitions, scope) {
  let found = false;
  for (const name of scope.dependencies(decl.value)) {
    for (const rule of definitions.get(name) ?? []) {
      if (rule === decl.parent || familyOf(rule) !== familyOf(decl.parent)) continue;
      const lowered = lowerValue(decl.value, new Scope(valuesOf(rule), ...scope.maps));
      if (lowered === null) continue;
      if (!rule.nodes.some((node) => node.prop === decl.prop)) rule.append({ prop: decl.prop, value: lowered });
      found = true;
    }
  }
  return found;
}

function lowerSheet(root) {
  const roots = {};
  const definitions = new Map();
  const modern = [];
  root.walkRules((rule) => void (isRoot(rule) && Object.assign(roots, valuesOf(rule))));
  root.walkDecls((decl) => {
    if (decl.prop.startsWith("--") && !isRoot(decl.parent)) {
      definitions.set(decl.prop, [...(definitions.get(decl.prop) ?? []), decl.parent]);
    }
    if (MODERN.test(decl.value)) modern.push({ decl, scope: new Scope(valuesOf(decl.parent), roots) });
  });
  const results = modern.map(({ decl, scope }) => ({
    value: lowerValue(decl.value, scope),
    specialised: isRoot(decl.parent) ? false : specialise(decl, definitions, scope),
  }));
  modern.forEach(({ decl }, index) => {
    const { value, specialised } = results[index];
    if (value !== null) decl.value = value;
    else if (specialised) decl.remove();
    else throw decl.error(`Chromium 109 cannot show ${decl.value}`);
  });
}

// Drawings inside the css are data: addresses, which our content security policy refuses: they become files.
function takeOutDrawings(root) {
  const drawings = new Map();
  root.walkDecls(/./, (decl) => {
    decl.value = decl.value.replace(/url\("data:image\/svg\+xml,([^"]*)"\)/g, (_, encoded) => {
      const svg = lowerColours(decodeURIComponent(encoded));
      const name = [...drawings].find(([, text]) => text === svg)?.[0] ?? `tabler-${drawings.size + 1}.svg`;
      drawings.set(name, svg);
      return `url("${name}")`;
    });
  });
  return drawings;
}

/** {css, drawings: file name → svg text} of Tabler for Chromium 109; throws at a colour it cannot compute. */
export function tablerFor109(source) {
  const root = postcss.parse(source);
  root.walkComments((comment) => void (comment.text.startsWith("!") || comment.remove()));
  dropUnused(root);
  dropUnreferenced(root);
  applyTheme(root);
  lowerSheet(root);
  dropUnreferenced(root);
  const drawings = takeOutDrawings(root);
  return { css: root.toString(), drawings };
}
