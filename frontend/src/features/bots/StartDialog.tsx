import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { strategyVersionQuery } from "@/api/queries";
import { useSession } from "@/api/session";
import type { Bot } from "@/api/types";
import { announce } from "@/ui/Announcer";
import { Button } from "@/ui/Button";
import { classes } from "@/ui/classes";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Field } from "@/ui/Field";

import { StrategyPreview } from "./StrategyPreview";
import { useStartRun } from "./useStartRun";

const PRESETS = [1, 3, 5, 15, 60, 240, 1440];

interface Props {
  bot: Bot;
  onClose: () => void;
}

/**
 * How long, and what exactly is going to happen; before that is there, nothing starts. Ctrl+Enter starts; Enter in a field does
 * not.
 */
export function StartDialog({ bot, onClose }: Props) {
  const { t } = useTranslation("bots");
  const navigate = useNavigate();
  const limits = useSession((state) => state.session?.workspace.limits);
  const longest = limits?.maxDurationMinutes ?? 1440;
  const [minutes, setMinutes] = useState(String(Math.min(limits?.defaultDurationMinutes ?? 60, longest)));
  const field = useRef<HTMLInputElement>(null);
  const strategy = useQuery(strategyVersionQuery(bot.strategyId, bot.strategyVersion));
  const start = useStartRun(bot.id);
  const wanted = wholeMinutes(minutes, longest);

  async function submit() {
    if (wanted === null) {
      field.current?.focus();
      return;
    }
    if (!strategy.isSuccess) return;
    const run = await start.once(wanted);
    if (!run) return;
    announce(t("started", { name: bot.name }));
    onClose();
    await navigate({ to: "/factory/runs/$id", params: { id: run.id } });
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter") return;
    // A held key repeats: it must not start a second run.
    if ((event.ctrlKey || event.metaKey) && !event.repeat) {
      event.preventDefault();
      void submit();
    } else if (event.target instanceof HTMLInputElement) event.preventDefault();
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} initialFocus={field} title={t("dialog.title", { name: bot.name })} description={t("dialog.text")}>
      {/* The keys are the form's own: they are heard wherever in it the focus is. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
        onKeyDown={onKeyDown}
      >
        <Field
          ref={field}
          label={t("dialog.minutes")}
          unit={t("dialog.minutesUnit")}
          inputMode="numeric"
          value={minutes}
          onChange={(event) => setMinutes(event.target.value)}
          hint={t("dialog.range", { max: longest })}
          error={wanted === null ? t("dialog.rangeError", { max: longest }) : undefined}
        />
        <div role="group" aria-label={t("dialog.presets")} className="mt-2 flex flex-wrap gap-1">
          {PRESETS.filter((preset) => preset <= longest).map((preset) => (
            <button
              key={preset}
              type="button"
              aria-pressed={wanted === preset}
              onClick={() => setMinutes(String(preset))}
              className={classes("min-h-7 rounded-md border px-2 text-dense", wanted === preset ? "border-accent text-accent tint-accent" : "border-control hover:bg-s2")}
            >
              {preset < 60 ? t("dialog.presetMinutes", { n: preset }) : t("dialog.presetHours", { n: preset / 60 })}
            </button>
          ))}
        </div>
        <StrategyPreview bot={bot} strategy={strategy} />
        {start.error !== null && (
          <div className="mt-3">
            <ErrorBlock error={start.error} safe={start.unknown ? t("dialog.unknown") : t("dialog.nothingStarted")} />
          </div>
        )}
        <DialogActions>
          <span className="mr-auto hidden self-center text-table text-text3 sm:inline">{t("dialog.shortcut")}</span>
          <Button onClick={onClose}>{t("common:cancel")}</Button>
          <Button look="primary" type="submit" busy={start.busy} disabled={!strategy.isSuccess}>
            {wanted === null ? t("start") : t("dialog.submit", { count: wanted })}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** The minutes typed, or null when they are not a whole number within the limit. */
function wholeMinutes(text: string, longest: number): number | null {
  if (!/^\s*\d{1,5}\s*$/.test(text)) return null;
  const value = Number(text);
  return value >= 1 && value <= longest ? value : null;
}
