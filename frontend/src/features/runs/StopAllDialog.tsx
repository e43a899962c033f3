import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { call } from "@/api/client";
import { newIdempotencyKey } from "@/api/idempotency";
import { keys, runsQuery } from "@/api/queries";
import type { StopAllResult } from "@/api/types";
import { formatDecimal } from "@/format/numbers";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Field } from "@/ui/Field";

import { RunStatusChip } from "./RunStatusChip";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Stops every run of the workspace. With more than one at stake a word must be typed; then each is watched going flat. */
export function StopAllDialog({ open, onOpenChange }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const cancel = useRef<HTMLButtonElement>(null);
  const key = useRef("");
  const [typed, setTyped] = useState("");
  const active = useQuery(runsQuery("active"));
  const runs = active.data?.items ?? [];
  const stopAll = useMutation({
    mutationFn: () => call<StopAllResult>("POST", "/runs/stop-all", { body: {}, headers: { "Idempotency-Key": (key.current ||= newIdempotencyKey()) } }),
    onSuccess: () => {
      key.current = "";
      void queryClient.invalidateQueries({ queryKey: keys.runs });
      void queryClient.invalidateQueries({ queryKey: ["run"] });
    },
  });
  const word = t("run:stopAll.word");
  const confirmed = runs.length <= 1 || typed.trim().toLocaleUpperCase() === word;

  function change(next: boolean) {
    onOpenChange(next);
    if (next) return;
    setTyped("");
    stopAll.reset();
  }

  return (
    <Dialog open={open} onOpenChange={change} initialFocus={cancel} title={t("run:stopAll.title")} description={t("run:stopAll.text")}>
      {stopAll.data && (
        <div role="status" className="mb-3 rounded-md p-3 tint-accent">
          <p className="font-medium">{t("run:stopAll.result", { done: stopAll.data.stopped.length, count: stopAll.data.total })}</p>
          {stopAll.data.errors.map((error) => (
            <p key={error.runId} className="text-dense text-danger">
              {error.runId}: {error.detail}
            </p>
          ))}
        </div>
      )}
      <ul className="flex flex-col gap-1">
        {runs.map((run) => (
          <li key={run.id} className="flex flex-wrap items-center justify-between gap-2 rounded-md bg-s2 px-3 py-2">
            <span className="min-w-0 break-words">
              {run.botName} <span className="text-text2">{run.symbol}</span>
            </span>
            <span className="num text-dense text-text2">
              {run.position ? `${t(`order:position.${run.position.side}`)} ${formatDecimal(run.position.qty)}` : t("run:flat")}
            </span>
            <RunStatusChip status={run.status} />
          </li>
        ))}
        {runs.length === 0 && <li className="text-text2">{stopAll.data ? t("run:stopAll.done") : t("run:stopAll.nothing")}</li>}
      </ul>
      {runs.length > 1 && !stopAll.data && (
        <Field
          className="mt-4"
          label={t("run:stopAll.type", { word })}
          value={typed}
          autoComplete="off"
          autoCapitalize="characters"
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
      {stopAll.isError && (
        <div className="mt-3">
          <ErrorBlock error={stopAll.error} safe={t("run:stop.safe")} />
        </div>
      )}
      <DialogActions>
        <Button ref={cancel} onClick={() => change(false)}>
          {stopAll.data ? t("close") : t("run:stop.cancel")}
        </Button>
        {!stopAll.data && (
          <Button
            look="danger"
            busy={stopAll.isPending}
            disabled={!confirmed || runs.length === 0}
            title={confirmed ? undefined : t("run:stopAll.type", { word })}
            onClick={() => stopAll.mutate()}
          >
            {t("run:stopAll.confirm", { count: runs.length })}
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}
