// Bundles the front end into tracker/static/dist: hashed files, compressed copies, manifest.json.
// Run by `npm run build`; the server reads the manifest (tracker/web/assets.py) and nothing else.

import { readFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import * as esbuild from "esbuild";

import { lowerColours } from "./build/colours.mjs";
import { refuseModernCss } from "./build/oldest_browser.mjs";
import { spriteOf } from "./build/sprite.mjs";
import { tablerFor109 } from "./build/tabler.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const project = path.dirname(here);
const dist = path.join(project, "tracker", "static", "dist");
const packageFile = (name) => path.join(project, "node_modules", name);

// `@import "tabler"` and `@import "event-calendar"` in our css: the packages' sheets, lowered.
const loweredSheets = {
  name: "lowered-sheets",
  async setup(build) {
    const tabler = tablerFor109(await readFile(packageFile("@tabler/core/dist/css/tabler.min.css"), "utf8"));
    const calendar = lowerColours(await readFile(packageFile("@event-calendar/core/dist/index.css"), "utf8"));
    const sheets = { tabler: tabler.css, "event-calendar": calendar };
    build.onResolve({ filter: /^(tabler|event-calendar)$/ }, ({ path: name }) => ({ path: name, namespace: "sheet" }));
    build.onLoad({ filter: /.*/, namespace: "sheet" }, ({ path: name }) => ({ contents: sheets[name], loader: "css" }));
    build.onResolve({ filter: /^tabler-\d+\.svg$/ }, ({ path: name }) => ({ path: name, namespace: "drawing" }));
    build.onLoad({ filter: /.*/, namespace: "drawing" }, ({ path: name }) => ({
      contents: tabler.drawings.get(name),
      loader: "file",
    }));
  },
};

async function iconNames() {
  const text = await readFile(path.join(here, "icons.txt"), "utf8");
  return text.split("\n").filter((line) => line && !line.startsWith("#"));
}

async function writeSprite(names) {
  const icons = packageFile("@tabler/icons/icons/outline");
  const drawings = await Promise.all(names.map((name) => readFile(path.join(icons, `${name}.svg`), "utf8")));
  const file = path.join(dist, "icons.svg");
  await writeFile(file, spriteOf(names, drawings));
  return file;
}

async function bundle(extraFiles) {
  const sources = ["app.js", "app.css", "schedule.js", "schedule.css", "plan.js", "plan.css", "plan_print.css", "stats.js", "lists.css", "favicon.svg"];
  const result = await esbuild.build({
    entryPoints: [...sources.map((name) => path.join(here, name)), ...extraFiles],
    outdir: dist,
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".svg": "copy" },
    plugins: [loweredSheets],
    nodePaths: [packageFile("")],
    absWorkingDir: project,
    bundle: true,
    minify: true,
    format: "iife",
    target: "chrome109",
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  const files = {};
  for (const [output, { entryPoint }] of Object.entries(result.metafile.outputs)) {
    if (entryPoint) files[path.basename(entryPoint)] = path.basename(output);
  }
  return files;
}

async function compress(file) {
  const content = await readFile(file);
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const gz = await promisify(gzip)(content, { level: 9 });
  const br = await promisify(brotliCompress)(content, { params: quality });
  await writeFile(`${file}.gz`, gz);
  await writeFile(`${file}.br`, br);
  return { raw: content.length, gz: gz.length, br: br.length };
}

async function main() {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  const icons = await iconNames();
  const sprite = await writeSprite(icons);
  const files = await bundle([sprite]);
  await rm(sprite);
  for (const name of (await readdir(dist)).sort()) {
    const file = path.join(dist, name);
    if (name.endsWith(".css")) refuseModernCss(name, await readFile(file, "utf8"));
    const { raw, gz, br } = await compress(file);
    console.log(`${name}: ${raw} bytes, gzip ${gz}, brotli ${br}`);
  }
  await writeFile(path.join(dist, "manifest.json"), JSON.stringify({ files, icons }, null, 1));
}

await main();
