import { create } from "zustand";

import { LIGHT_WISHED, resolveTheme, storedTheme, storeTheme, type Theme } from "./theme";

export type { Theme };
export type PriceColours = "teal-red" | "blue-orange";

const COLOURS = "bm.price-colours";

interface Appearance {
  theme: Theme;
  colours: PriceColours;
  /** The theme in force. */
  resolved: "dark" | "light";
}

function read(): Appearance {
  const theme = storedTheme();
  const colours = (localStorage.getItem(COLOURS) as PriceColours | null) ?? "teal-red";
  return { theme, colours, resolved: resolveTheme(theme) };
}

export const useAppearance = create<Appearance>(read);

function reflect({ resolved, colours }: Appearance) {
  document.documentElement.dataset.theme = resolved;
  document.documentElement.dataset.updown = colours;
}

export function applyAppearance() {
  reflect(useAppearance.getState());
  useAppearance.subscribe(reflect);
  window.matchMedia?.(LIGHT_WISHED).addEventListener("change", () => {
    const { theme } = useAppearance.getState();
    useAppearance.setState({ resolved: resolveTheme(theme) });
  });
}

export function setTheme(theme: Theme) {
  storeTheme(theme);
  useAppearance.setState({ theme, resolved: resolveTheme(theme) });
}

export function setPriceColours(colours: PriceColours) {
  localStorage.setItem(COLOURS, colours);
  useAppearance.setState({ colours });
}
