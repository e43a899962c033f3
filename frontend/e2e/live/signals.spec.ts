import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

import { expect, test, type APIRequestContext } from "@playwright/test";

import { logIn, newcomer, registerAndConfirm, type Newcomer } from "./newcomer";
import { endpoints } from "./stack";

const stack = endpoints();
test.skip(stack === null, "no stack is running: start it with `make run`");

/** The demo strategy, waiting for signals to go long; strategies are written over the API. */
async function strategyOf(request: APIRequestContext, web: string, person: Newcomer): Promise<string> {
  const login = await request.post(`${web}/api/v1/auth/login`, { data: { email: person.email, password: person.password } });
  const { accessToken } = (await login.json()) as { accessToken: string };
  const spec = JSON.parse(readFileSync("../infra/local/demo_strategy.json", "utf8")) as { entry: object };
  const answer = await request.post(`${web}/api/v1/strategies`, {
    headers: { Authorization: `Bearer ${accessToken}` },
    data: { spec: { ...spec, entry: { ...spec.entry, long: { type: "external" } } } },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

test("the examples of the strategy's page send signals that the API takes, until the secret is renewed", async ({ page, request }) => {
  const web = process.env.BASE_URL ?? stack!.web;
  const person = newcomer();
  await registerAndConfirm(page, web, person);
  const id = await strategyOf(request, web, person);
  await page.goto(`${web}/login`);
  await logIn(page, person);
  await expect(page.getByRole("heading", { level: 1, name: "Bots" })).toBeVisible();
  await page.goto(`${web}/factory/strategies/${id}`);

  const panel = page.getByRole("region", { name: "Signals from outside" });
  const newSecret = async () => {
    const secret = await page.getByTestId("webhook-secret").innerText();
    await page.getByRole("dialog").getByRole("checkbox").check();
    await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
    return secret;
  };
  const example = async (name: string, program: string, secret: string) => {
    await panel.getByRole("button", { name }).click();
    const text = await panel.getByRole("region", { name: `Example in ${name}` }).innerText();
    const { stdout } = await promisify(execFile)(program, ["-c", text], { env: { ...process.env, WEBHOOK_SECRET: secret } });
    return JSON.parse(stdout) as { eventId?: string; runIds?: string[]; code?: string };
  };

  await panel.getByRole("button", { name: "Make the secret" }).click();
  const proof = page.getByRole("dialog", { name: "Confirm that it is you" });
  await proof.getByLabel("Password", { exact: true }).fill(person.password);
  await proof.getByRole("button", { name: "Confirm" }).click();
  const first = await newSecret();
  const sent = await example("Python", "python3", first);
  expect(sent).toMatchObject({ eventId: expect.stringMatching(/^\d+-long$/), runIds: [] });
  await expect(panel).toContainText(sent.eventId!);

  await panel.getByRole("button", { name: "Make a new secret" }).click();
  await page.getByRole("dialog", { name: /^New secret for/ }).getByRole("button", { name: "Make a new secret" }).click();
  const second = await newSecret();
  expect(await example("curl + openssl", "sh", first)).toMatchObject({ code: "signal.refused" });
  expect(await example("curl + openssl", "sh", second)).toMatchObject({ eventId: expect.stringMatching(/^\d+-long$/) });
});
