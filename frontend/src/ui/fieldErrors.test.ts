import { beforeAll, expect, it } from "vitest";

import { ApiProblem } from "@/api/problem";
import { i18next, setLanguage, startI18n } from "@/i18n";

import { fieldErrors, restOf } from "./fieldErrors";

beforeAll(startI18n);

const invalid = (errors: { pointer: string; detail: string; key: string; params: Record<string, string> }[]) =>
  new ApiProblem({ title: "Bad Request", status: 400, code: "request.invalid", errors });
const short = { pointer: "/password", detail: "at least 12 characters", key: "auth.password_short", params: { least: "12" } };

it("maps a finding to its field in the reader's language", async () => {
  await setLanguage("ru");
  expect(fieldErrors(i18next.t, invalid([short]))).toEqual({ "/password": "Не менее 12 символов." });
  await setLanguage("en");
});

it("shows what the server wrote for a key that this page does not know", () => {
  const unknown = { pointer: "/email", detail: "looks odd", key: "newer.rule", params: {} };
  expect(fieldErrors(i18next.t, invalid([unknown]))).toEqual({ "/email": "looks odd" });
});

it("leaves nothing for the form when every place is shown at its field, and all of it otherwise", () => {
  const error = invalid([short, { ...short, pointer: "/newField" }]);
  expect(restOf(i18next.t, error, ["/password", "/newField"])).toBeNull();
  expect(restOf(i18next.t, error, ["/password"])).toBe(error);
  expect(restOf(i18next.t, new ApiProblem({ title: "no", status: 409 }), ["/password"])).not.toBeNull();
});
