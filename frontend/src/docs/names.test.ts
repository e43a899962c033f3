import { afterEach, beforeEach, expect, it } from "vitest";

import { keepNamesRight } from "./names";

const root = document.createElement("div");
const drawn = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  document.body.append(root);
  keepNamesRight(root);
});
afterEach(() => root.replaceChildren());

it("says of the entry in force that it is current, and takes it back", async () => {
  root.innerHTML = '<button aria-selected="true">Runs</button>';
  await drawn();
  const entry = root.querySelector("button")!;
  expect([entry.getAttribute("aria-current"), entry.hasAttribute("aria-selected")]).toEqual(["true", false]);

  entry.setAttribute("aria-selected", "false");
  await drawn();
  expect(entry.hasAttribute("aria-current")).toBe(false);
});

it("names buttons that have a picture only, and leaves names alone", async () => {
  root.innerHTML = '<button class="code-copy"></button><button class="code-copy" aria-label="Copy the link"></button>';
  await drawn();
  expect([...root.children].map((button) => button.getAttribute("aria-label"))).toEqual(["Copy", "Copy the link"]);
});

it("leaves the search button a button", async () => {
  root.innerHTML = '<button role="search">Search</button>';
  await drawn();
  expect(root.querySelector("button")!.hasAttribute("role")).toBe(false);
});
