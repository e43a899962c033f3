// @vitest-environment node
import { execFile, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { SECRET_VARIABLE, signingExample, type ExampleLanguage } from "./signingExample";

const RUN: Record<ExampleLanguage, [string, string]> = { shell: ["sh", "-c"], python: ["python3", "-c"] };
const NEEDED: Record<ExampleLanguage, string[]> = { shell: ["sh", "curl", "openssl"], python: ["python3"] };
const missing = (language: ExampleLanguage) => NEEDED[language].filter((program) => spawnSync(program, ["-V"]).error);
/** Base64url, as KMS' codes are written: a first "-" must not be taken for an option. */
const SECRETS = ["3q2-7wAAbcd_EFGHijklmnopqrstuvwxyz012345678", "-_2-7wAAbcd_EFGHijklmnopqrstuvwxyz012345678"];

let server: Server;
let received: { headers: IncomingHttpHeaders; body: string; method: string | undefined; url: string | undefined }[];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", () => {
      received.push({ headers: request.headers, body, method: request.method, url: request.url });
      response.writeHead(202, { "Content-Type": "application/json" }).end('{"accepted":true}');
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
});
afterAll(() => new Promise((closed) => server.close(closed)));

describe.each(["shell", "python"] as const)("the example in %s", (language) => {
  it.skipIf(missing(language).length > 0).each(SECRETS)("sends what the API takes for signed (secret %s)", async (secret) => {
    received = [];
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/signals/01KASM0000000000000000STRA`;
    const [program, flag] = RUN[language];

    const { stdout } = await promisify(execFile)(program, [flag, signingExample[language](url, "short")], {
      env: { ...process.env, [SECRET_VARIABLE]: secret },
    });

    expect(stdout).toContain('{"accepted":true}');
    const { headers, body, method, url: path } = received[0]!;
    const time = String(headers["x-timestamp"]);
    expect([method, path]).toEqual(["POST", "/api/v1/signals/01KASM0000000000000000STRA"]);
    expect(headers["content-type"]).toBe("application/json");
    expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60);
    // As chalicelib/domain/workspace/webhook.py: signature_of.
    expect(headers["x-signature"]).toBe(`v1=${createHmac("sha256", secret).update(`${time}.${body}`).digest("hex")}`);
    expect(JSON.parse(body)).toEqual({ eventId: `${time}-short`, side: "short" });
    expect(`${time}-short`).toMatch(/^[A-Za-z0-9._:-]{1,64}$/);
  });
});
