import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(() => {
  cleanup();
  // Tests of the tools run without a browser.
  if (typeof window === "undefined") return;
  localStorage.clear();
  sessionStorage.clear();
});
