import { FlaskConical, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";

/** Whether the money is play money: always on screen, in words. */
export function EnvironmentBadge({ env }: { env: string }) {
  const { t } = useTranslation();
  const real = env === "real" || env === "mainnet";
  const Icon = real ? TriangleAlert : FlaskConical;
  return (
    <span
      title={real ? t("environment.realText") : env === "testnet" ? t("environment.testnetText") : t("environment.demoText")}
      className={`inline-flex min-h-6 items-center gap-1 rounded-sm border px-2 text-table font-semibold ${real ? "border-warn text-warn tint-warn" : "border-accent text-accent tint-accent"}`}
    >
      <Icon aria-hidden size={12} />
      {real ? t("environment.real") : env === "testnet" ? t("environment.testnet") : t("environment.demo")}
    </span>
  );
}
