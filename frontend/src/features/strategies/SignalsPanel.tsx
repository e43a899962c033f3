import { useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, ShieldAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api/session";
import { makeWebhookSecret, webhookQuery } from "@/api/signals";
import { reaches, type Strategy, type Webhook } from "@/api/types";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Notice } from "@/ui/Notice";
import { Panel } from "@/ui/Panel";
import { SkeletonRows } from "@/ui/Skeleton";
import { useAction } from "@/ui/useAction";

import { outsideSides } from "./outsideSides";
import { SecretDialog } from "./SecretDialog";
import { SigningExample } from "./SigningExample";
import { WebhookFacts } from "./WebhookFacts";

/** The webhook of a strategy: where signals go, the secret that signs them, and how to sign. */
export function SignalsPanel({ strategy }: { strategy: Strategy }) {
  const { t } = useTranslation("signals");
  const webhook = useQuery(webhookQuery(strategy.id));
  const made = (webhook.data?.version ?? 0) > 0;
  return (
    <Panel
      title={t("title")}
      aside={
        webhook.data && (
          <Chip tone={made ? "info" : "neutral"} icon={made ? <KeyRound aria-hidden size={12} /> : <ShieldAlert aria-hidden size={12} />}>
            {made ? t("made") : t("notMade")}
          </Chip>
        )
      }
    >
      {webhook.isPending && <SkeletonRows rows={4} height={44} />}
      {webhook.isError && (
        <div className="p-3">
          <ErrorBlock error={webhook.error} onRetry={() => void webhook.refetch()} safe={webhook.data && t("staleShown")} />
        </div>
      )}
      {webhook.data && <WebhookView strategy={strategy} webhook={webhook.data} />}
    </Panel>
  );
}

function WebhookView({ strategy, webhook }: { strategy: Strategy; webhook: Webhook }) {
  const { t } = useTranslation("signals");
  const queryClient = useQueryClient();
  const mayChange = useSession((state) => reaches(state.session?.workspace.role, "trader"));
  const [renewing, setRenewing] = useState(false);
  /** Here and nowhere else, until its dialog closes. */
  const [secret, setSecret] = useState<string | null>(null);
  const make = useAction(makeSecret);
  const sides = outsideSides(strategy.spec);
  const url = window.location.origin + webhook.path;
  const made = webhook.version > 0;

  async function makeSecret() {
    setSecret((await makeWebhookSecret(strategy.id)).secret);
    await queryClient.invalidateQueries({ queryKey: webhookQuery(strategy.id).queryKey });
  }

  return (
    <div className="flex flex-col gap-4 p-3">
      <p className="max-w-[72ch] text-text2">{t("text")}</p>
      {sides.length === 0 && <Notice title={t("takesNone", { version: strategy.version })}>{t("takesNoneText", { type: "external" })}</Notice>}
      <WebhookFacts strategy={strategy} webhook={webhook} url={url} sides={sides} />
      {make.error !== null && <ErrorBlock error={make.error} />}
      {!mayChange && <Notice>{t("readOnly")}</Notice>}
      {mayChange && (
        <div>
          {made ? (
            <Button look="dangerOutline" onClick={() => setRenewing(true)}>
              {t("renew")}
            </Button>
          ) : (
            <Button look={sides.length > 0 ? "primary" : "plain"} busy={make.busy} onClick={() => void make.run()}>
              {t("make")}
            </Button>
          )}
        </div>
      )}
      <SigningExample url={url} side={sides[0] ?? "long"} />
      {renewing && (
        <ConfirmDialog title={t("renewOf", { name: strategy.name })} confirm={t("renewNow")} act={makeSecret} onClose={() => setRenewing(false)}>
          {t("renewText")}
        </ConfirmDialog>
      )}
      {secret !== null && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </div>
  );
}
