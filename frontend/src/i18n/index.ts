import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import { en } from "./en";
import { chosenLanguage, initialLanguage, rememberLanguage, type Language } from "./language";

export { LANGUAGES, type Language } from "./language";

/** Each in its own words. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", ru: "Русский" };

/** Whether the reader has ever chosen; if not, the account's own language may be used after login. */
export const languageWasChosen = () => chosenLanguage() !== null;

function reflect(language: string) {
  document.documentElement.lang = language;
}

async function load(language: Language) {
  if (i18next.hasResourceBundle(language, "common")) return;
  // English is in the first load as the fallback, every other language comes when it is wanted.
  const { ru } = await import("./ru");
  for (const [namespace, texts] of Object.entries(ru)) i18next.addResourceBundle(language, namespace, texts);
}

/** Adds English texts that came later than the first load; safe to repeat. */
export async function loadRooms() {
  const { rooms } = await import("./rooms");
  for (const [namespace, texts] of Object.entries(rooms)) i18next.addResourceBundle("en", namespace, texts);
}

/** Ready to draw: the reader's language is there. */
export async function startI18n() {
  await i18next.use(initReactI18next).init({
    resources: { en },
    lng: "en",
    fallbackLng: "en",
    defaultNS: "common",
    ns: Object.keys(en),
    // Keys are flat and may contain dots: "order_sent" and "order_sent.entry" live side by side.
    keySeparator: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  i18next.on("languageChanged", reflect);
  await setLanguage(initialLanguage(), false);
}

export async function setLanguage(language: Language, remember = true) {
  if (remember) rememberLanguage(language);
  await load(language);
  await i18next.changeLanguage(language);
}

export { i18next };
