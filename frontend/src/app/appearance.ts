import { create } from "zustand";

export type Theme = "system" | "dark" | "light";
export type PriceColours = "teal-red" | "blue-orange";

const THEME = "bm.theme";
const COLOURS = "bm.price-colours";

interface Appearance {
  theme: Theme;
  colours: PriceColours;
  /** The theme in force. */
  resolved: "dark" | "light";
}

const prefersLight = () => window.matchMedia?.("(prefers-color-scheme: light)").matches ?? false;

function read(): Appearance {
  const theme = (localStorage.getItem(THEME) as Theme | null) ?? "system";
  const colours = (localStorage.getItem(COLOURS) as PriceColours | null) ?? "teal-red";
  return { theme, colours, resolved: resolve(theme) };
}

function resolve(theme: Theme): "dark" | "light" {
  return theme === "system" ? (prefersLight() ? "light" : "dark") : theme;
}

export const useAppearance = create<Appearance>(read);

function reflect({ resolved, colours }: Appearance) {
  document.documentElement.dataset.theme = resolved;
  document.documentElement.dataset.updown = colours;
}

export function applyAppearance() {
  reflect(useAppearance.getState());
  useAppearance.subscribe(reflect);
  window.matchMedia?.("(prefers-color-scheme: light)").addEventListener("change", () => {
    const { theme } = useAppearance.getState();
    useAppearance.setState({ resolved: resolve(theme) });
  });
}

export function setTheme(theme: Theme) {
  localStorage.setItem(THEME, theme);
  useAppearance.setState({ theme, resolved: resolve(theme) });
}

export function setPriceColours(colours: PriceColours) {
  localStorage.setItem(COLOURS, colours);
  useAppearance.setState({ colours });
}
