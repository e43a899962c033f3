import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Instrument, Run, StopPolicy } from "@/api/types";
import { decimalsOf, formatDecimal } from "@/format/numbers";
import { announce } from "@/ui/Announcer";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { ErrorBlock } from "@/ui/ErrorBlock";

import { useStopRun } from "./useStopRun";

const POLICIES: StopPolicy[] = ["close_market", "leave_protected", "cancel_entries_only"];

interface Props {
  run: Run;
  instrument: Instrument | undefined;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** The one way to stop a run, from every page: the outcome is chosen here, with what it means in numbers. */
export function StopDialog({ run, instrument, open, onOpenChange }: Props) {
  const { t } = useTranslation();
  const name = useId();
  const cancel = useRef<HTMLButtonElement>(null);
  const [policy, setPolicy] = useState<StopPolicy>("close_market");
  const stop = useStopRun(run.id);
  const facts = positionFacts(run, instrument);

  async function confirm() {
    try {
      await stop.mutateAsync(policy);
      announce(t("run:stop.asked"));
      onOpenChange(false);
    } catch {
      // Shown in the dialog, which stays open.
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      initialFocus={cancel}
      title={t("run:stop.title", { name: run.botName })}
      description={
        run.position
          ? t("run:stop.holding", { ...facts, side: t(`order:position.${run.position.side}`) })
          : t("run:stop.flat")
      }
    >
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-2 text-dense font-medium text-text2">{t("run:stop.question")}</legend>
        {POLICIES.map((each) => (
          <label
            key={each}
            className="flex min-h-10 cursor-pointer gap-3 rounded-md border border-control p-3 hover:bg-s2 has-checked:border-accent has-checked:tint-accent"
          >
            <input type="radio" name={name} value={each} checked={policy === each} onChange={() => setPolicy(each)} className="mt-1 size-4 shrink-0 accent-[var(--accent)]" />
            <span className="min-w-0">
              <span className="block font-medium">{t(`run:policy.${each}`)}</span>
              <span className="block text-dense text-text2">
                {run.position ? t(`run:stop.effect.${each}`, { ...facts, side: t(`order:position.${run.position.side}`) }) : t(`run:stop.effectFlat.${each}`)}
              </span>
            </span>
          </label>
        ))}
      </fieldset>
      {run.position && !run.position.protected && policy !== "close_market" && (
        <p className="mt-3 rounded-md p-2 text-dense text-warn tint-warn">{t("run:stop.notProtected")}</p>
      )}
      {stop.isError && (
        <div className="mt-3">
          <ErrorBlock error={stop.error} safe={t("run:stop.safe")} />
        </div>
      )}
      <DialogActions>
        <Button ref={cancel} onClick={() => onOpenChange(false)}>
          {t("run:stop.cancel")}
        </Button>
        <Button look="danger" busy={stop.isPending} onClick={() => void confirm()}>
          {run.position ? t(`run:stop.confirm.${policy}`, facts) : t("run:stop.confirmFlat")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function positionFacts(run: Run, instrument: Instrument | undefined) {
  const price = (value: string | null | undefined) => formatDecimal(value, { decimals: decimalsOf(instrument?.tickSize) });
  return {
    qty: `${formatDecimal(run.position?.qty, { decimals: decimalsOf(instrument?.qtyStep) })} ${instrument?.baseCoin ?? run.symbol}`,
    entry: price(run.position?.entryPrice),
    stopLoss: price(run.position?.stopLoss),
    takeProfit: price(run.position?.takeProfit),
  };
}
