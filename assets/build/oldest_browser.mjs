// What Chromium 109 cannot read in a style sheet: the build stops at it.

// Each of these came after Chromium 109; esbuild lowers nesting but knows nothing of custom properties.
const TOO_NEW = [
  "light-dark(", "color-mix(", "oklch(", "oklab(", "@starting-style", "@scope", "field-sizing", ":popover-open",
  "anchor(", "allow-discrete", "url(data:", 'url("data:',
];

/** Throws when a built sheet holds something Chromium 109, or our content security policy, would drop. */
export function refuseModernCss(name, css) {
  const found = TOO_NEW.filter((feature) => css.includes(feature));
  if (found.length) throw new Error(`${name} needs a newer browser than Chromium 109: ${found.join(", ")}`);
}
