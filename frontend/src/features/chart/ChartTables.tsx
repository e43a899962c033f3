import { useTranslation } from "react-i18next";

import type { Candle, Instrument } from "@/api/types";
import { decimalsOf } from "@/format/numbers";
import { Exact } from "@/ui/Amount";
import { TABLE, TD, TD_TEXT, TH, TH_TEXT } from "@/ui/table";
import { Time } from "@/ui/Time";

import type { Mark } from "./marks";

const PRICES = ["open", "high", "low", "close"] as const;

export function CandleTable({ candles, decimals, interval }: { candles: Candle[]; decimals: number | null; interval: string }) {
  const { t } = useTranslation();
  return (
    <table className={TABLE}>
      <caption className="p-2 text-left text-table text-text2">{t("run:chart.candles", { interval })}</caption>
      <thead>
        <tr>
          <th scope="col" className={TH_TEXT}>
            {t("run:chart.time")}
          </th>
          {PRICES.map((price) => (
            <th key={price} scope="col" className={TH}>
              {t(`run:chart.${price}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {[...candles].reverse().map((candle) => (
          <tr key={candle.openTime}>
            <th scope="row" className={`${TD_TEXT} font-normal`}>
              <Time at={candle.openTime} form="full" />
            </th>
            {PRICES.map((price) => (
              <td key={price} className={TD}>
                <Exact value={candle[price]} decimals={decimals} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function MarkTable({ marks, instrument }: { marks: Mark[]; instrument: Instrument | undefined }) {
  const { t } = useTranslation();
  if (marks.length === 0) return null;
  return (
    <table className={TABLE}>
      <caption className="p-2 text-left text-table text-text2">{t("run:chart.fills")}</caption>
      <thead>
        <tr>
          <th scope="col" className={TH_TEXT}>
            {t("run:chart.time")}
          </th>
          <th scope="col" className={TH_TEXT}>
            {t("run:chart.what")}
          </th>
          <th scope="col" className={TH}>
            {t("run:qty", { unit: instrument?.baseCoin ?? "" })}
          </th>
          <th scope="col" className={TH}>
            {t("run:price", { unit: instrument?.quoteCoin ?? "" })}
          </th>
        </tr>
      </thead>
      <tbody>
        {marks.map((mark, index) => (
          <tr key={index}>
            <th scope="row" className={`${TD_TEXT} font-normal`}>
              <Time at={mark.at} form="full" />
            </th>
            <td className={TD_TEXT}>
              {t(mark.kind === "entry" ? "run:chart.entry" : "run:chart.exit")} · {t(`order:side.${mark.side}`)}
            </td>
            <td className={TD}>
              <Exact value={mark.qty} decimals={decimalsOf(instrument?.qtyStep)} />
            </td>
            <td className={TD}>
              <Exact value={mark.price} decimals={decimalsOf(instrument?.tickSize)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
