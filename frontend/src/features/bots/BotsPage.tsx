import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bot as BotIcon, CirclePlay, CircleDashed, Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { botsQuery } from "@/api/queries";
import type { Bot } from "@/api/types";
import { Age } from "@/ui/Age";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { EmptyState } from "@/ui/EmptyState";
import { EnvironmentBadge } from "@/ui/EnvironmentBadge";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { SkeletonRows } from "@/ui/Skeleton";
import { usePageTitle } from "@/ui/usePageTitle";

import { StartDialog } from "./StartDialog";

const LIST_LATE_MS = 30_000;

export function BotsPage() {
  const { t } = useTranslation("bots");
  usePageTitle(t("title"));
  const bots = useQuery(botsQuery);
  const [starting, setStarting] = useState<Bot | null>(null);
  return (
    <>
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-2">
        <h1 className="text-h1 font-semibold">{t("title")}</h1>
        {bots.data && <Age at={bots.dataUpdatedAt} lateAfterMs={LIST_LATE_MS} />}
      </div>
      {bots.isPending && <SkeletonRows rows={3} height={72} />}
      {bots.isError && <ErrorBlock error={bots.error} onRetry={() => void bots.refetch()} safe={t("common:safe.runs")} />}
      {bots.data?.length === 0 && (
        <div className="surface">
          <EmptyState icon={<BotIcon size={32} />} title={t("empty")}>
            {t("emptyText")}
          </EmptyState>
        </div>
      )}
      <ul className="flex flex-col gap-2">
        {bots.data?.map((bot) => (
          <BotRow key={bot.id} bot={bot} onStart={() => setStarting(bot)} />
        ))}
      </ul>
      {starting && <StartDialog bot={starting} onClose={() => setStarting(null)} />}
    </>
  );
}

function BotRow({ bot, onStart }: { bot: Bot; onStart: () => void }) {
  const { t } = useTranslation("bots");
  const running = bot.status === "running";
  return (
    <li className="surface flex flex-wrap items-center gap-x-4 gap-y-2 p-3">
      <div className="min-w-0 flex-1 basis-64">
        <h2 className="text-h3 font-semibold break-words">{bot.name}</h2>
        <p className="text-dense break-words text-text2">
          {bot.symbol} · {bot.timeframe} ·{" "}
          <Link to="/factory/strategies/$id" params={{ id: bot.strategyId }} className="inline-block min-h-6 rounded-sm leading-6 underline decoration-dotted underline-offset-2 hover:text-text">
            {t("strategyVersion", { name: bot.strategyName, version: bot.strategyVersion })}
          </Link>
        </p>
      </div>
      <EnvironmentBadge env={bot.env} />
      <Chip tone={running ? "info" : "neutral"} icon={running ? <CirclePlay aria-hidden size={12} /> : <CircleDashed aria-hidden size={12} />}>
        {t(`status.${bot.status}`)}
      </Chip>
      {running && bot.activeRunId ? (
        <Link
          to="/factory/runs/$id"
          params={{ id: bot.activeRunId }}
          aria-label={t("watchBot", { name: bot.name })}
          className="inline-flex min-h-9 min-w-28 items-center justify-center rounded-md border border-control bg-s2 px-4 hover:bg-s3"
        >
          {t("watch")}
        </Link>
      ) : (
        <Button look="primary" className="min-w-28" onClick={onStart} aria-label={t("startBot", { name: bot.name })}>
          <Play aria-hidden size={16} />
          {t("start")}
        </Button>
      )}
    </li>
  );
}
