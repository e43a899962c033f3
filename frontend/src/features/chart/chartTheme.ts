import { ColorType, type ChartOptions, type DeepPartial } from "lightweight-charts";

/** The page's tokens as the canvas needs them: computed colours. */
export function chartColours() {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    surface: token("--s1"),
    text: token("--text-2"),
    hairline: token("--hairline"),
    control: token("--control"),
    up: token("--up"),
    down: token("--down"),
    accent: token("--accent"),
    warn: token("--warn"),
  };
}

export type ChartColours = ReturnType<typeof chartColours>;

export function chartOptions(colours: ChartColours): DeepPartial<ChartOptions> {
  return {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: colours.surface },
      textColor: colours.text,
      fontSize: 11,
      fontFamily: "'Inter Variable', system-ui, sans-serif",
      // The link the licence asks for stands under the chart as text: a link inside an image cannot be reached by all.
      attributionLogo: false,
    },
    grid: { vertLines: { color: colours.hairline }, horzLines: { color: colours.hairline } },
    rightPriceScale: { borderColor: colours.control },
    timeScale: { borderColor: colours.control, timeVisible: true, secondsVisible: false, rightOffset: 4 },
    crosshair: { vertLine: { color: colours.control }, horzLine: { color: colours.control } },
    // Every number on the axes follows the page: dot, and the instrument's decimals (set on the series).
    localization: { locale: "en-GB" },
  };
}
