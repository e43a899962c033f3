import { describe, expect, it } from "vitest";

import { i18next, setLanguage, startI18n } from ".";
import { en as first } from "./en";
import { rooms } from "./rooms";
import { ru as app } from "./ru";
import docsInEnglish from "@/locales/en/docs.json";
import docsInRussian from "@/locales/ru/docs.json";

const en = { ...first, ...rooms, docs: docsInEnglish };
const ru = { ...app, docs: docsInRussian };
type Dictionary = Record<string, string>;
const PLURAL = /_(zero|one|two|few|many|other)$/;
const namespaces = Object.keys(en) as (keyof typeof en)[];
const base = (key: string) => key.replace(PLURAL, "");
const bases = (dictionary: Dictionary) => [...new Set(Object.keys(dictionary).map(base))].sort();
const forms = (dictionary: Dictionary, key: string) =>
  Object.keys(dictionary)
    .filter((each) => PLURAL.test(each) && base(each) === key)
    .map((each) => PLURAL.exec(each)![1])
    .sort();
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

describe.each(namespaces)("dictionary %s", (namespace) => {
  const english: Dictionary = en[namespace];
  const russian: Dictionary = ru[namespace];

  it("has the same keys in both languages", () => {
    expect(bases(russian)).toEqual(bases(english));
  });

  it("has all plural forms where it has one", () => {
    for (const key of bases(english)) {
      if (forms(english, key).length === 0 && forms(russian, key).length === 0) continue;
      expect(forms(english, key), key).toEqual(["one", "other"]);
      expect(forms(russian, key), key).toEqual(["few", "many", "one", "other"]);
    }
  });

  it("fills the same placeholders in every form", () => {
    for (const key of bases(english)) {
      const texts = [english, russian].flatMap((dictionary) => Object.entries(dictionary).filter(([each]) => base(each) === key && (each === key || PLURAL.test(each))));
      const wanted = placeholders(texts[0]![1]);
      for (const [each, text] of texts) expect(placeholders(text), `${namespace}:${each}`).toEqual(wanted);
    }
  });

  it("leaves nothing empty and nothing English in Russian", () => {
    for (const [key, text] of Object.entries(russian)) {
      expect(text, key).not.toBe("");
      const prose = text.replace(/\{\{\w+\}\}/g, "").replace(/\b(SL|TP|ATR|ADL|UTC|USD|USDT|PnL|JSON|TradingView|Ctrl|Enter|API|Bybit|OpenAPI)\b/g, "");
      expect(/[a-z]{3,}/i.test(prose), `${namespace}:${key} = ${text}`).toBe(false);
    }
  });
});

it("counts in Russian", async () => {
  await startI18n();
  await setLanguage("ru");
  const events = (count: number) => i18next.t("run:log.count", { count });
  expect([1, 2, 5, 11, 21, 22, 111].map(events)).toEqual([
    "1 событие",
    "2 события",
    "5 событий",
    "11 событий",
    "21 событие",
    "22 события",
    "111 событий",
  ]);
  expect(document.documentElement.lang).toBe("ru");
});
