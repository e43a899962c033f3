import { initialLanguage, type Language } from "@/i18n/language";
import en from "@/locales/en/docs.json";
import ru from "@/locales/ru/docs.json";

type Key = keyof typeof en;

const TEXTS: Record<Language, Record<Key, string>> = { en, ru };

/** The page's own words in the reader's language; the contract and the reference around it speak English. */
export const language = initialLanguage();

export function text(key: Key, params: Record<string, string | number> = {}): string {
  return TEXTS[language][key].replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(params[name]));
}

/** Fills what the markup leaves to the dictionary: `data-text` is the content, `data-label` the name. */
export function fillTexts(root: Document) {
  root.documentElement.lang = language;
  for (const each of root.querySelectorAll<HTMLElement>("[data-text]")) each.textContent = text(each.dataset.text as Key);
  for (const each of root.querySelectorAll<HTMLElement>("[data-label]")) each.setAttribute("aria-label", text(each.dataset.label as Key));
}
