/** Fails the build when a first visit would load more than the budget: the run page with all that it imports at once. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FIRST_LOAD_KB = 270;
const SHELL_KB = 205;

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

function filesOf(entry, seen = new Set()) {
  const chunk = manifest[entry];
  for (const file of [chunk.file, ...(chunk.css ?? [])]) seen.add(file);
  for (const imported of chunk.imports ?? []) filesOf(imported, seen);
  return seen;
}

const kb = (files) => [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0) / 1024;

const shell = filesOf("index.html");
const runPage = filesOf("src/features/runs/RunPage.tsx", new Set(shell));
const sizes = { shell: kb(shell), runPage: kb(runPage) };
console.log(`first load, gzip: shell ${sizes.shell.toFixed(1)} kB, run page ${sizes.runPage.toFixed(1)} kB (budget ${SHELL_KB} / ${FIRST_LOAD_KB})`);
if (sizes.shell > SHELL_KB || sizes.runPage > FIRST_LOAD_KB) {
  console.error("The bundle is over its budget: load what is not needed at once later, or drop it.");
  process.exit(1);
}
