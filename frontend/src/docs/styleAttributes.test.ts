import { afterEach, expect, it } from "vitest";

import { setStylesByObject } from "./styleAttributes";

const own = Element.prototype.setAttribute;
afterEach(() => {
  Element.prototype.setAttribute = own;
});

it("sets styles through the style object and every other attribute as before", () => {
  const written: string[] = [];
  Element.prototype.setAttribute = function (name: string, value: string) {
    written.push(name);
    own.call(this, name, value);
  };
  setStylesByObject();
  const box = document.createElement("div");

  box.setAttribute("style", "width: 30px");
  box.setAttribute("title", "a box");

  expect([box.style.width, box.title]).toEqual(["30px", "a box"]);
  expect(written).toEqual(["title"]);
});
