import { expect, it } from "vitest";

import { passwordRules } from "./passwordRules";

it.each([
  ["correct horse battery", "a@b.example", { length: true, variety: true, address: true }],
  ["short", "a@b.example", { length: false, variety: true, address: true }],
  ["aaaaaaaaaaaaaaaa", "a@b.example", { length: true, variety: false, address: true }],
  ["Trader-2026-rules", "trader@b.example", { length: true, variety: true, address: false }],
  ["anna-and-her-dog", "anna@b.example", { length: true, variety: true, address: true }],
  ["", "a@b.example", { length: false, variety: false, address: false }],
  ["пароль из слов", "a@b.example", { length: true, variety: true, address: true }],
])("judges %j as the server does", (password, email, met) => {
  expect(passwordRules(password, email)).toEqual(met);
});
