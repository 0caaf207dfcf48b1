// One svg with a <symbol> for each icon, so that a page names an icon instead of drawing it.

const DRAWING = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';

/** The sprite's text; `drawings` are the package's svg files in the order of `names`. */
export function spriteOf(names, drawings) {
  const symbols = names.map((name, index) => {
    const shapes = drawings[index]
      .replace(/^[\s\S]*?<svg[\s\S]*?>/, "")
      .replace(/<\/svg>\s*$/, "")
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "")
      .replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" ${DRAWING}>${shapes}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}
