import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { en } from "./en";
import { rooms } from "./rooms";

const known = new Set(
  Object.entries({ ...en, ...rooms }).flatMap(([namespace, texts]) => Object.keys(texts).map((key) => `${namespace}:${key.replace(/_(one|other)$/, "")}`)),
);

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes(".test.") ? [path] : [];
  });
}

it("every text that the page names by a fixed key is in the dictionaries", () => {
  const missing = sources("src").flatMap((path) => {
    const source = readFileSync(path, "utf8");
    const namespace = /useTranslation\("(\w+)"\)/.exec(source)?.[1] ?? (source.includes('TFunction<"strategy">') ? "strategy" : "common");
    // A file that uses two namespaces may mean either.
    const namespaces = new Set([namespace, ...[...source.matchAll(/useTranslation\("(\w+)"\)/g)].map((match) => match[1]!)]);
    return [...source.matchAll(/\bt\(\s*"([\w:.-]+)"/g)]
      .map((match) => match[1]!)
      .filter((key) => (key.includes(":") ? !known.has(key) : ![...namespaces].some((each) => known.has(`${each}:${key}`))))
      .map((key) => `${path}: ${key}`);
  });
  expect(missing).toEqual([]);
});
