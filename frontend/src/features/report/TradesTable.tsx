import { useTranslation } from "react-i18next";

import type { Instrument, Report, Trade } from "@/api/types";
import { decimalsOf } from "@/format/numbers";
import { Exact, Pnl } from "@/ui/Amount";
import { EmptyState } from "@/ui/EmptyState";
import { TABLE, TD, TD_TEXT, TH, TH_TEXT } from "@/ui/table";
import { Time } from "@/ui/Time";
import { Paid } from "@/features/runs/RunFacts";
import { ArrowLeftRight } from "lucide-react";

interface Props {
  trades: Trade[];
  instrument: Instrument | undefined;
  /** The sums come from the server: a page that adds up its own rows may disagree with the books. */
  totals: Report;
}

export function TradesTable({ trades, instrument, totals }: Props) {
  const { t } = useTranslation();
  if (trades.length === 0)
    return (
      <EmptyState icon={<ArrowLeftRight size={28} />} title={t("run:trades.empty")}>
        {t("run:trades.emptyText")}
      </EmptyState>
    );
  const cut = trades.length < totals.counts.trades;
  const price = decimalsOf(instrument?.tickSize);
  const qty = decimalsOf(instrument?.qtyStep);
  const base = instrument?.baseCoin ?? "";
  const quote = instrument?.quoteCoin ?? "";
  return (
    <div className="max-h-[360px] overflow-auto" tabIndex={0} role="region" aria-label={t("run:report.tradesTitle")}>
      <table className={TABLE}>
        <caption className={cut ? "px-3 py-1 text-left text-table text-text3" : "sr-only"}>
          {cut ? t("run:trades.cut", { shown: trades.length, all: totals.counts.trades }) : t("run:report.tradesTitle")}
        </caption>
        <thead className="sticky top-0 bg-s1">
          <tr>
            <th scope="col" className={TH}>
              #
            </th>
            <th scope="col" className={TH_TEXT}>
              {t("run:trades.side")}
            </th>
            <th scope="col" className={TH}>
              {t("run:qty", { unit: base })}
            </th>
            <th scope="col" className={TH}>
              {t("run:trades.entry", { unit: quote })}
            </th>
            <th scope="col" className={TH}>
              {t("run:trades.exit", { unit: quote })}
            </th>
            <th scope="col" className={TH_TEXT}>
              {t("run:trades.reason")}
            </th>
            <th scope="col" className={TH}>
              {t("run:trades.fees", { unit: quote })}
            </th>
            <th scope="col" className={TH}>
              {t("run:trades.net", { unit: quote })}
            </th>
            <th scope="col" className={TH}>
              {t("run:trades.closed")}
            </th>
          </tr>
        </thead>
        <tbody>
          {trades.map((trade) => (
            <tr key={trade.no} className="hover:bg-s2">
              <td className={`${TD} num text-text3`}>{trade.no}</td>
              <td className={TD_TEXT}>{t(`order:position.${trade.side}`)}</td>
              <td className={TD}>
                <Exact value={trade.qty} decimals={qty} />
              </td>
              <td className={TD}>
                <Exact value={trade.entryPrice} decimals={price} />
              </td>
              <td className={TD}>
                <Exact value={trade.exitPrice} decimals={price} />
              </td>
              <td className={TD_TEXT}>{trade.exitReason ? t(`run:reason.${trade.exitReason}`, { defaultValue: trade.exitReason }) : t("run:trades.open")}</td>
              <td className={TD}>
                <Paid value={trade.fees} />
              </td>
              <td className={TD}>
                <Pnl value={trade.netPnl} />
              </td>
              <td className={TD}>
                <Time at={trade.exitAt} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className="font-semibold">
            <th scope="row" colSpan={6} className={TD_TEXT}>
              {t("run:trades.total")}
            </th>
            <td className={TD}>
              <Paid value={totals.fees} />
            </td>
            <td className={TD}>
              <Pnl value={totals.netPnl} />
            </td>
            <td className={TD} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
