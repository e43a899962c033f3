export const LANGUAGES = ["en", "ru"] as const;
export type Language = (typeof LANGUAGES)[number];

const STORED = "bm.language";

/** What the reader has chosen on this device; null if they never did. */
export function chosenLanguage(): Language | null {
  const stored = localStorage.getItem(STORED);
  return stored === "en" || stored === "ru" ? stored : null;
}

/** The reader's choice, or what their browser asks for. */
export function initialLanguage(): Language {
  return chosenLanguage() ?? (navigator.languages.some((tag) => tag.toLowerCase().startsWith("ru")) ? "ru" : "en");
}

export function rememberLanguage(language: Language) {
  localStorage.setItem(STORED, language);
}
