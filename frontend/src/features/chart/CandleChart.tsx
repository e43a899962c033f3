import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  LineStyle,
  type AutoscaleInfo,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type Time as ChartTime,
  type UTCTimestamp,
} from "lightweight-charts";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { useAppearance } from "@/app/appearance";
import type { Candle, RunPosition } from "@/api/types";
import { decimalsOf, forDrawing, formatDecimal } from "@/format/numbers";

import { chartColours, chartOptions, type ChartColours } from "./chartTheme";
import { candleOf, type Mark } from "./marks";

interface Props {
  candles: Candle[];
  marks: Mark[];
  position: RunPosition | null;
  tickSize: string | undefined;
  /** What the picture shows, in words. */
  label: string;
}

/** The one place where the chart's time is made: whole seconds UTC. */
const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000) as UTCTimestamp;

const bar = (candle: Candle) => ({
  time: seconds(candle.openTime),
  open: forDrawing(candle.open),
  high: forDrawing(candle.high),
  low: forDrawing(candle.low),
  close: forDrawing(candle.close),
});

/** A little room so that a line at the edge can be told from the edge. */
const LINE_MARGIN_PX = 16;

interface Chart {
  api: IChartApi;
  series: ISeriesApi<"Candlestick">;
  markers: ISeriesMarkersPluginApi<ChartTime>;
  lines: IPriceLine[];
  firstTime: number | null;
}

/** Candles with entries, exits and the lines of the open position. Draws only; every number comes from the server. */
export function CandleChart({ candles, marks, position, tickSize, label }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  const levels = useRef<number[]>([]);
  const { resolved, colours: priceColours } = useAppearance();

  useEffect(() => {
    if (!box.current) return;
    const api = createChart(box.current, chartOptions(chartColours()));
    const series = api.addSeries(CandlestickSeries, {
      // The scale reaches to SL and TP: what protects the position must be on the picture.
      autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => withLines(original(), levels.current),
    });
    chart.current = { api, series, markers: createSeriesMarkers(series, []), lines: [], firstTime: null };
    return () => {
      chart.current = null;
      api.remove();
    };
  }, []);

  useEffect(() => {
    const { current } = chart;
    if (!current) return;
    const colours = chartColours();
    const decimals = decimalsOf(tickSize) ?? 2;
    current.api.applyOptions(chartOptions(colours));
    current.series.applyOptions({
      upColor: colours.up,
      wickUpColor: colours.up,
      borderUpColor: colours.up,
      // Hollow against filled: the direction is seen without colour.
      downColor: colours.surface,
      wickDownColor: colours.down,
      borderDownColor: colours.down,
      priceFormat: { type: "custom", minMove: tickSize ? forDrawing(tickSize) : 0.01, formatter: (price: number) => formatDecimal(price.toFixed(decimals), { decimals }) },
    });
  }, [resolved, priceColours, tickSize]);

  useEffect(() => {
    const { current } = chart;
    if (!current) return;
    const first = candles[0]?.openTime ?? null;
    current.series.setData(candles.map(bar));
    // A new history is shown at its newest end; later readings leave the reader's zoom alone.
    if (current.firstTime === null && first !== null) {
      current.api.timeScale().setVisibleLogicalRange({ from: candles.length - 90, to: candles.length + 4 });
      current.firstTime = first;
    }
  }, [candles]);

  useEffect(() => {
    const { current } = chart;
    if (!current) return;
    const colours = chartColours();
    current.markers.setMarkers(
      marks.flatMap((mark) => {
        const time = candleOf(candles, mark.at);
        if (time === null) return [];
        const word = t(mark.kind === "entry" ? "run:chart.entry" : "run:chart.exit");
        return [
          {
            time: seconds(time) as ChartTime,
            position: mark.side === "Buy" ? ("belowBar" as const) : ("aboveBar" as const),
            shape: mark.kind === "exit" ? ("square" as const) : mark.side === "Buy" ? ("arrowUp" as const) : ("arrowDown" as const),
            color: mark.kind === "entry" ? colours.accent : colours.warn,
            text: `${word} ${formatDecimal(mark.qty)}`,
          },
        ];
      }),
    );
  }, [marks, candles, t, resolved, priceColours]);

  useEffect(() => {
    const { current } = chart;
    if (!current) return;
    for (const line of current.lines) current.series.removePriceLine(line);
    levels.current = position ? [position.entryPrice, position.stopLoss, position.takeProfit].flatMap((price) => (price === null ? [] : [forDrawing(price)])) : [];
    current.lines = position ? positionLines(position, chartColours(), t).map((line) => current.series.createPriceLine(line)) : [];
  }, [position, t, resolved, priceColours]);

  return (
    <div role="img" aria-label={label}>
      <div ref={box} aria-hidden className="h-[300px] w-full lg:h-[380px] 2xl:h-[620px]" data-testid="candle-chart" />
    </div>
  );
}

function withLines(info: AutoscaleInfo | null, levels: number[]): AutoscaleInfo | null {
  if (!info?.priceRange || levels.length === 0) return info;
  const { minValue, maxValue } = info.priceRange;
  return {
    priceRange: { minValue: Math.min(minValue, ...levels), maxValue: Math.max(maxValue, ...levels) },
    margins: { above: LINE_MARGIN_PX, below: LINE_MARGIN_PX },
  };
}

function positionLines(position: RunPosition, colours: ChartColours, t: (key: string) => string) {
  const line = (price: string | null, color: string, title: string, style: LineStyle) =>
    price === null ? [] : [{ price: forDrawing(price), color, title, lineStyle: style, lineWidth: 1 as const, axisLabelVisible: true }];
  return [
    ...line(position.entryPrice, colours.accent, t("run:chart.entryLine"), LineStyle.Solid),
    ...line(position.stopLoss, colours.down, t("run:chart.stopLoss"), LineStyle.Dashed),
    ...line(position.takeProfit, colours.up, t("run:chart.takeProfit"), LineStyle.Dashed),
  ];
}
