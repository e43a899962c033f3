import { BaselineSeries, createChart, LineStyle, LineType, type AutoscaleInfo, type UTCTimestamp } from "lightweight-charts";
import { useEffect, useRef } from "react";

import type { Report } from "@/api/types";
import { useAppearance } from "@/app/appearance";
import { chartColours, chartOptions } from "@/features/chart/chartTheme";
import { forDrawing, formatMoney, MONEY_DECIMALS } from "@/format/numbers";

interface Props {
  equity: Report["equity"];
  label: string;
}

/** One point a second: the chart's time has no finer grain, so the last value of a second stands for it. */
function perSecond(equity: Report["equity"]) {
  const bySecond = new Map<number, number>();
  for (const point of equity) bySecond.set(Math.floor(Date.parse(point.at) / 1000), forDrawing(point.value));
  return [...bySecond].sort(([a], [b]) => a - b).map(([time, value]) => ({ time: time as UTCTimestamp, value }));
}

function withZero(info: AutoscaleInfo | null): AutoscaleInfo | null {
  if (!info?.priceRange) return info;
  const { minValue, maxValue } = info.priceRange;
  return { priceRange: { minValue: Math.min(0, minValue), maxValue: Math.max(0, maxValue) }, margins: { above: 12, below: 12 } };
}

/** The result over the run's time against its start: above the line earned, below it lost. */
export function EquityChart({ equity, label }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { resolved, colours: priceColours } = useAppearance();

  useEffect(() => {
    if (!box.current) return;
    const colours = chartColours();
    const chart = createChart(box.current, { ...chartOptions(colours), timeScale: { borderColor: colours.control, timeVisible: true, secondsVisible: true } });
    const series = chart.addSeries(BaselineSeries, {
      // The start belongs into the picture: only against it is a gain a gain.
      autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => withZero(original()),
      baseValue: { type: "price", price: 0 },
      lineType: LineType.WithSteps,
      lineWidth: 2,
      topLineColor: colours.up,
      topFillColor1: `${colours.up}33`,
      topFillColor2: `${colours.up}00`,
      bottomLineColor: colours.down,
      bottomFillColor1: `${colours.down}00`,
      bottomFillColor2: `${colours.down}33`,
      priceFormat: { type: "custom", minMove: 0.0001, formatter: (value: number) => formatMoney(value.toFixed(MONEY_DECIMALS), true) },
    });
    series.createPriceLine({ price: 0, color: colours.control, lineWidth: 1, lineStyle: LineStyle.Solid, axisLabelVisible: false, title: "" });
    series.setData(perSecond(equity));
    chart.timeScale().fitContent();
    return () => chart.remove();
  }, [equity, resolved, priceColours]);

  return (
    <div role="img" aria-label={label}>
      <div ref={box} aria-hidden className="h-[280px] w-full" data-testid="equity-chart" />
    </div>
  );
}
