import { ChartLine, Table2, TrendingUp } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Report } from "@/api/types";
import { Attribution } from "@/features/chart/Attribution";
import { formatMoney } from "@/format/numbers";
import { utcTime } from "@/format/time";
import { Pnl } from "@/ui/Amount";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { Panel } from "@/ui/Panel";
import { TABLE, TD, TD_TEXT, TH, TH_TEXT } from "@/ui/table";
import { Time } from "@/ui/Time";

import { EquityChart } from "./EquityChart";

interface Props {
  equity: Report["equity"];
  /** How many points the curve had before it was thinned. */
  points: number;
  quote: string;
}

export function EquityPanel({ equity, points, quote }: Props) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const first = equity[0];
  const last = equity.at(-1);
  const label = first && last ? t("run:equity.summary", { from: utcTime(first.at), to: utcTime(last.at), value: formatMoney(last.value, true), unit: quote }) : "";
  return (
    <Panel
      title={
        <>
          {t("run:equity.title")} <span className="text-dense font-normal text-text2">{quote} · UTC</span>
        </>
      }
      aside={
        <Button size="small" look="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? <ChartLine aria-hidden size={16} /> : <Table2 aria-hidden size={16} />}
          {asTable ? t("run:chart.asChart") : t("run:chart.asTable")}
        </Button>
      }
    >
      {equity.length === 0 && (
        <EmptyState icon={<TrendingUp size={28} />} title={t("run:equity.empty")}>
          {t("run:equity.emptyText")}
        </EmptyState>
      )}
      {equity.length > 0 && (asTable ? <EquityTable equity={equity} quote={quote} label={label} /> : <EquityChart equity={equity} label={label} />)}
      <footer className="flex flex-wrap justify-between gap-x-4 px-3 py-1 text-table text-text3">
        <span>{equity.length < points ? t("run:equity.thinned", { shown: equity.length, points }) : t("run:equity.legend")}</span>
        <Attribution />
      </footer>
    </Panel>
  );
}

function EquityTable({ equity, quote, label }: Omit<Props, "points"> & { label: string }) {
  const { t } = useTranslation();
  return (
    <div className="h-[280px] overflow-auto" tabIndex={0} role="region" aria-label={label}>
      <table className={TABLE}>
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr>
            <th scope="col" className={TH_TEXT}>
              {t("run:chart.time")}
            </th>
            <th scope="col" className={TH}>
              {t("run:equity.value", { unit: quote })}
            </th>
          </tr>
        </thead>
        <tbody>
          {equity.map((point, index) => (
            <tr key={index}>
              <th scope="row" className={`${TD_TEXT} font-normal`}>
                <Time at={point.at} form="full" />
              </th>
              <td className={TD}>
                <Pnl value={point.value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
