import { ShieldAlert, ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { hasEnded, type Instrument, type Run } from "@/api/types";
import { decimalsOf } from "@/format/numbers";
import { useNow } from "@/format/useNow";
import { Age } from "@/ui/Age";
import { Exact, Money, Pnl } from "@/ui/Amount";
import { classes } from "@/ui/classes";
import { Time } from "@/ui/Time";

import { TimeLeft } from "./TimeLeft";

const RUN_LATE_MS = 15_000;

interface Props {
  run: Run;
  instrument: Instrument | undefined;
  /** When the run was last read, on this machine's clock. */
  readAt: number;
}

/** What a newcomer asks first: how long still, am I winning, what do I hold, is it protected. */
export function RunFacts({ run, instrument, readAt }: Props) {
  const { t } = useTranslation();
  const quote = instrument?.quoteCoin ?? "";
  const liveSince = hasEnded(run) ? null : readAt;
  return (
    <div className="grid grid-cols-1 gap-3 sm:grid-cols-2 xl:grid-cols-4">
      <Fact label={hasEnded(run) ? t("run:time.took") : t("run:time.label")}>
        <TimeLeft run={run} />
      </Fact>
      <Fact label={t("run:pnl.net")} readAt={liveSince}>
        <p className="text-hero font-semibold">
          <Pnl value={run.pnl.net} unit={quote} />
        </p>
        <PnlParts run={run} />
      </Fact>
      <Fact label={t("run:position.label")} readAt={liveSince}>
        <Position run={run} instrument={instrument} />
      </Fact>
      <Fact label={t("run:protection.label")} readAt={liveSince}>
        <Protection run={run} instrument={instrument} />
      </Fact>
    </div>
  );
}

interface FactProps {
  label: string;
  /** When a live value was read; null for one that does not change any more. */
  readAt?: number | null;
  children: ReactNode;
}

/** A value with its age. Once it is too old to pass for live it loses its colours and gets a broken frame. */
function Fact({ label, readAt = null, children }: FactProps) {
  const now = useNow();
  const late = readAt !== null && now - readAt > RUN_LATE_MS;
  return (
    <div role="group" aria-label={label} className={classes("surface min-w-0 p-3", late && "border-dashed !border-stale")}>
      <div className="mb-1 flex flex-wrap items-baseline justify-between gap-x-2">
        <p className="text-table font-medium text-text2">{label}</p>
        {readAt !== null && <Age at={readAt} lateAfterMs={RUN_LATE_MS} />}
      </div>
      <div className={late ? "grayscale" : undefined}>{children}</div>
    </div>
  );
}

/** The sum behind the net number, in the order it is added up. */
function PnlParts({ run }: { run: Run }) {
  const { t } = useTranslation();
  return (
    <dl className="mt-1 grid grid-cols-[1fr_auto] gap-x-3 text-table text-text2">
      <dt>{t("run:pnl.realised")}</dt>
      <dd className="text-right">
        <Pnl value={run.pnl.realised} arrow={false} />
      </dd>
      <dt>{t("run:pnl.unrealised")}</dt>
      <dd className="text-right">
        <Pnl value={run.pnl.unrealised} arrow={false} />
      </dd>
      <dt>{t("run:pnl.fees")}</dt>
      <dd className="text-right">
        <Paid value={run.pnl.fees} />
      </dd>
      <dt>{t("run:pnl.funding")}</dt>
      <dd className="text-right">
        <Pnl value={run.pnl.funding} arrow={false} />
      </dd>
    </dl>
  );
}

/** Money paid: the server counts it positive, in a sum it is taken away. */
export function Paid({ value }: { value: string | null }) {
  const zero = value !== null && /^-?0*\.?0*$/.test(value);
  return (
    <span className="num text-text2">
      {!zero && value !== null && "−"}
      <Money value={value} />
    </span>
  );
}

function Position({ run, instrument }: { run: Run; instrument: Instrument | undefined }) {
  const { t } = useTranslation();
  const { position } = run;
  if (!position)
    return (
      <div>
        <p className="text-h2 font-semibold">{t("run:flat")}</p>
        <p className="text-table text-text2">{t("run:position.none")}</p>
      </div>
    );
  return (
    <div>
      <p className="text-h2 font-semibold">
        {t(`order:position.${position.side}`)} <Exact value={position.qty} decimals={decimalsOf(instrument?.qtyStep)} unit={instrument?.baseCoin} />
      </p>
      <p className="text-table text-text2">
        {t("run:position.entry")} <Exact value={position.entryPrice} decimals={decimalsOf(instrument?.tickSize)} unit={instrument?.quoteCoin} className="text-text" />
      </p>
      <p className="text-table text-text2">
        {t("run:position.since")} <Time at={position.openedAt} zone />
      </p>
    </div>
  );
}

function Protection({ run, instrument }: { run: Run; instrument: Instrument | undefined }) {
  const { t } = useTranslation();
  const { position } = run;
  if (!position) return <p className="text-text2">{t("run:protection.notNeeded")}</p>;
  const decimals = decimalsOf(instrument?.tickSize);
  return (
    <div>
      <dl className="grid grid-cols-[auto_1fr] gap-x-3">
        <dt className="text-text2">
          <abbr title={t("run:protection.stopLoss")} className="no-underline">
            SL
          </abbr>
        </dt>
        <dd className="font-semibold">
          <Exact value={position.stopLoss} decimals={decimals} unit={instrument?.quoteCoin} />
        </dd>
        <dt className="text-text2">
          <abbr title={t("run:protection.takeProfit")} className="no-underline">
            TP
          </abbr>
        </dt>
        <dd className="font-semibold">
          <Exact value={position.takeProfit} decimals={decimals} unit={instrument?.quoteCoin} />
        </dd>
      </dl>
      {position.protected ? (
        <p className="mt-1 flex items-start gap-1 text-table text-ok">
          <ShieldCheck aria-hidden size={16} className="shrink-0" />
          <span>
            {t("run:protection.applied")} <Time at={position.protectedAt} zone />
          </span>
        </p>
      ) : (
        <p className="mt-1 flex items-start gap-1 text-table font-medium text-warn">
          <ShieldAlert aria-hidden size={16} className="shrink-0" />
          {t("run:protection.pending")}
        </p>
      )}
    </div>
  );
}
