/**
 * Fails the build when a first visit would load more than the budget: the run page with all that it imports at once; or
 * when the API reference does, which the app never loads.
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FIRST_LOAD_KB = 270;
const SHELL_KB = 205;
const REFERENCE_KB = 860;

const dist = new URL("../dist/", import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(`.vite/${name}`, dist), "utf8"));
const app = read("manifest.json");
const docs = read("docs-manifest.json");

function filesOf(manifest, entry, seen = new Set()) {
  const chunk = manifest[entry];
  for (const file of [chunk.file, ...(chunk.css ?? [])]) seen.add(file);
  for (const imported of chunk.imports ?? []) filesOf(manifest, imported, seen);
  return seen;
}

const kb = (files) => [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0) / 1024;

const shell = filesOf(app, "index.html");
const runPage = filesOf(app, "src/features/runs/RunPage.tsx", new Set(shell));
const reference = filesOf(docs, "src/docs/reference.ts", filesOf(docs, "docs.html"));
const sizes = { shell: kb(shell), runPage: kb(runPage), reference: kb(reference) };
console.log(`first load, gzip: shell ${sizes.shell.toFixed(1)} kB, run page ${sizes.runPage.toFixed(1)} kB (budget ${SHELL_KB} / ${FIRST_LOAD_KB})`);
console.log(`API reference, gzip: ${sizes.reference.toFixed(1)} kB (budget ${REFERENCE_KB})`);
if (sizes.shell > SHELL_KB || sizes.runPage > FIRST_LOAD_KB || sizes.reference > REFERENCE_KB) {
  console.error("The bundle is over its budget: load what is not needed at once later, or drop it.");
  process.exit(1);
}
if ([...runPage].some((file) => reference.has(file) && file.endsWith(".js"))) {
  console.error("App and API reference share a file: the app would load parts of the other.");
  process.exit(1);
}
