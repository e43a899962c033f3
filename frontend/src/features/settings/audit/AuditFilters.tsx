import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { membersQuery, type AuditFilters as Filters } from "@/api/workspace";
import { Field } from "@/ui/Field";
import { SelectField } from "@/ui/SelectField";

import { dayEnd, dayOf, dayStart } from "./days";

export const FAMILIES = [
  "session",
  "step_up",
  "account",
  "second_factor",
  "recovery_codes",
  "connection",
  "decrypt",
  "member",
  "invitation",
  "workspace",
  "strategy",
  "bot",
  "run",
  "order",
  "position",
  "risk",
  "kill_switch",
  "webhook",
  "signal",
  "dataset",
  "audit",
] as const;

interface Props {
  filters: Filters;
  onChange: (filters: Filters) => void;
}

/** What kind, by whom, from and to which day (UTC, both whole). */
export function AuditFilters({ filters, onChange }: Props) {
  const { t } = useTranslation("settings");
  const members = useQuery(membersQuery);
  return (
    <form aria-label={t("audit.filters")} onSubmit={(event) => event.preventDefault()} className="grid grid-cols-2 gap-3 border-b border-hairline p-3 sm:p-4 lg:grid-cols-4">
      <SelectField label={t("audit.kind")} value={filters.action ?? ""} onChange={(event) => onChange({ ...filters, action: event.target.value || undefined })}>
        <option value="">{t("audit.everything")}</option>
        {FAMILIES.map((family) => (
          <option key={family} value={family}>
            {t(`audit.family.${family}`)}
          </option>
        ))}
      </SelectField>
      <SelectField label={t("audit.actor")} value={filters.actor ?? ""} onChange={(event) => onChange({ ...filters, actor: event.target.value || undefined })}>
        <option value="">{t("audit.everybody")}</option>
        {members.data?.map((member) => (
          <option key={member.userId} value={member.userId}>
            {member.name || member.email}
          </option>
        ))}
      </SelectField>
      <Field
        type="date"
        label={t("audit.from")}
        value={filters.fromMs === undefined ? "" : dayOf(filters.fromMs)}
        onChange={(event) => onChange({ ...filters, fromMs: dayStart(event.target.value) })}
      />
      <Field
        type="date"
        label={t("audit.to")}
        value={filters.toMs === undefined ? "" : dayOf(filters.toMs)}
        onChange={(event) => onChange({ ...filters, toMs: dayEnd(event.target.value) })}
      />
    </form>
  );
}
