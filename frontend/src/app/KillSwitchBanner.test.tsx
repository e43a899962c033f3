import { screen } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, expect, it, vi } from "vitest";

import type { KillSwitch } from "@/api/types";
import { renderPage } from "@/testing/renderPage";

import { KillSwitchBanner } from "./KillSwitchBanner";

const since = "2026-11-21T12:00:00.000Z";
const released: KillSwitch = { engaged: false, reason: "", workspace: null, platform: null };
const byWorkspace: KillSwitch = { engaged: true, reason: "Strange fills", workspace: { reason: "Strange fills", since, mode: "flatten" }, platform: null };
const byRun: KillSwitch = { engaged: true, reason: "BTCUSDT 0.02 ≠ 0", workspace: { reason: "BTCUSDT 0.02 ≠ 0", since, mode: "block" }, platform: null };
const byPlatform: KillSwitch = { engaged: true, reason: "Exchange incident", workspace: null, platform: { reason: "Exchange incident", since, mode: "flatten" } };

function answerWith(body: KillSwitch | null) {
  const fetched = vi.fn(() =>
    Promise.resolve(
      body === null
        ? new Response("{}", { status: 503, headers: { "Content-Type": "application/problem+json" } })
        : new Response(JSON.stringify(body), { status: 200, headers: { "Content-Type": "application/json" } }),
    ),
  );
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

afterEach(() => vi.unstubAllGlobals());

it("says that trading is off, why, since when and who can switch it on", async () => {
  answerWith(byWorkspace);
  await renderPage(<KillSwitchBanner />);
  const banner = await screen.findByRole("status");
  expect(banner).toHaveTextContent("Trading is switched off: Strange fills");
  expect(banner).toHaveTextContent("An administrator can switch it on again");
  expect(banner.querySelector("time")).toHaveAttribute("dateTime", since);
});

it("says that a run has found a position that nothing explains", async () => {
  answerWith(byRun);
  await renderPage(<KillSwitchBanner />);
  expect(await screen.findByRole("status")).toHaveTextContent("New positions are blocked: a size that nothing explains (BTCUSDT 0.02 ≠ 0)");
});

it("tells the platform's switch from the workspace's own", async () => {
  answerWith(byPlatform);
  await renderPage(<KillSwitchBanner />);
  expect(await screen.findByRole("status")).toHaveTextContent("The operators have switched it off for everybody");
});

it.each([released, null])("shows nothing while trading is on, or nothing is known", async (body) => {
  const fetched = answerWith(body);
  await renderPage(<KillSwitchBanner />);
  await vi.waitFor(() => expect(fetched).toHaveBeenCalled());
  expect(screen.queryByRole("status")).toBeNull();
});

it("speaks Russian and has no accessibility defect", async () => {
  answerWith(byWorkspace);
  await renderPage(<KillSwitchBanner />, "ru");
  expect(await screen.findByRole("status")).toHaveTextContent("Торговля выключена: Strange fills");
  // Contrast needs real pixels: the browser tests check it.
  const found = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  expect(found.violations).toEqual([]);
});
