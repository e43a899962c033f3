import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { botsQuery } from "@/api/queries";
import type { Strategy, Webhook } from "@/api/types";
import { CopyButton } from "@/ui/CopyButton";
import { Time } from "@/ui/Time";

import type { SignalSide } from "./outsideSides";

interface Props {
  strategy: Strategy;
  webhook: Webhook;
  url: string;
  sides: SignalSide[];
}

/** Where to send, since when the secret holds, what came last and whom a signal would reach now. */
export function WebhookFacts({ strategy, webhook, url, sides }: Props) {
  const { t } = useTranslation("signals");
  return (
    <dl className="flex flex-col gap-3">
      <Fact term={t("address")}>
        <div className="flex flex-wrap items-center gap-2">
          <p className="min-w-0 flex-1 basis-64 rounded-md border border-hairline bg-bg px-2 py-1 font-mono text-dense break-all">
            <span className="text-text3">POST</span> {url}
          </p>
          <CopyButton text={url} label={t("copyAddress")} />
        </div>
      </Fact>
      <Fact term={t("secret")}>
        {webhook.version > 0 ? (
          <>
            {t("secretSince", { number: webhook.version })} <Time at={webhook.rotatedAt} form="full" zone />
          </>
        ) : (
          t("secretNone")
        )}
      </Fact>
      <Fact term={t("sides")}>{sides.length > 0 ? sides.map((side) => t(`strategy:${side}`)).join(", ") : t("sidesNone")}</Fact>
      <Fact term={t("last")}>
        {webhook.lastSignalAt ? (
          <>
            <Time at={webhook.lastSignalAt} form="full" zone /> <code className="font-mono break-all text-text2">{webhook.lastEventId}</code>
          </>
        ) : (
          t("lastNone")
        )}
      </Fact>
      <Fact term={t("reaches")}>
        <ActiveRuns strategyId={strategy.id} />
      </Fact>
    </dl>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-4 gap-y-0.5 sm:grid-cols-[128px_minmax(0,1fr)] sm:items-baseline">
      <dt className="text-dense text-text2">{term}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

/** The active runs of the strategy, by their bots. */
function ActiveRuns({ strategyId }: { strategyId: string }) {
  const { t } = useTranslation("signals");
  const bots = useQuery(botsQuery);
  if (bots.isPending) return <span className="text-text3">{t("common:loading")}</span>;
  if (!bots.data) return <span className="text-text3">{t("common:unknownValue")}</span>;
  const active = bots.data.filter((bot) => bot.strategyId === strategyId && bot.activeRunId);
  if (active.length === 0) return t("reachesNobody");
  return (
    <ul className="flex flex-col">
      {active.map((bot) => (
        <li key={bot.id}>
          <Link to="/factory/runs/$id" params={{ id: bot.activeRunId! }} className="inline-block min-h-6 rounded-sm break-words underline hover:text-accent">
            {bot.name}
          </Link>{" "}
          <span className="text-dense text-text2">{t("withVersion", { version: bot.strategyVersion })}</span>
        </li>
      ))}
    </ul>
  );
}
