import { expect, it } from "vitest";

import { readWholeTrail } from "./readWholeTrail";

const chain = (length: number) => (after: number, limit: number) =>
  Promise.resolve(
    Array.from({ length }, (_, index) => index + 1)
      .filter((seq) => seq > after)
      .slice(0, limit)
      .map((seq) => `{"seq":${seq}}\n`)
      .join(""),
  );

it.each([0, 1, 2, 3, 4, 5])("reads a chain of %i rows by pages of two, without a hole", async (length) => {
  const text = await readWholeTrail(chain(length), 2);
  expect(text.split("\n").filter(Boolean).map((line) => JSON.parse(line).seq)).toEqual(Array.from({ length }, (_, index) => index + 1));
});
