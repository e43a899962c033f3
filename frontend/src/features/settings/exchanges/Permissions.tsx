import { Check, TriangleAlert, X } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { KeyPermissions } from "@/api/types";

/** What the exchange says the key may do, good and bad in words; the exchange's own names on demand. */
export function Permissions({ permissions }: { permissions: KeyPermissions }) {
  const { t } = useTranslation("settings");
  const lines = [
    { ok: permissions.trade && !permissions.readOnly, yes: t("may.trade"), no: t("may.notTrade") },
    { ok: !permissions.withdraw, yes: t("may.notWithdraw"), no: t("may.withdraw") },
    { ok: permissions.ipBound, yes: t("may.bound"), no: t("may.unbound"), mild: true },
  ];
  return (
    <div>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-dense">
        {lines.map(({ ok, yes, no, mild }) => {
          const Icon = ok ? Check : mild ? TriangleAlert : X;
          return (
            <li key={yes} className="inline-flex items-center gap-1">
              <Icon aria-hidden size={14} className={ok ? "text-accent" : mild ? "text-warn" : "text-danger"} />
              {ok ? yes : no}
            </li>
          );
        })}
      </ul>
      {permissions.scopes.length > 0 && (
        <details className="mt-1 text-table text-text2">
          <summary className="inline-flex min-h-6 items-center rounded-sm text-accent underline decoration-dotted underline-offset-2">{t("may.scopes", { count: permissions.scopes.length })}</summary>
          <p className="mt-1 font-mono break-words">{permissions.scopes.join(", ")}</p>
        </details>
      )}
    </div>
  );
}
