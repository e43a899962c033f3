export type Theme = "system" | "dark" | "light";

const STORED = "bm.theme";
export const LIGHT_WISHED = "(prefers-color-scheme: light)";

/** What the reader has chosen on this device. */
export const storedTheme = () => (localStorage.getItem(STORED) as Theme | null) ?? "system";

export const storeTheme = (theme: Theme) => localStorage.setItem(STORED, theme);

/** The theme in force: the system's where it was left to it. */
export function resolveTheme(theme: Theme): "dark" | "light" {
  if (theme !== "system") return theme;
  return window.matchMedia?.(LIGHT_WISHED).matches ? "light" : "dark";
}
