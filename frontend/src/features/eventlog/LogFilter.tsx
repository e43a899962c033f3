import { useTranslation } from "react-i18next";

import type { RunEvent } from "@/api/types";

import { noFilter, type Filter } from "./eventLog";

const SEVERITIES = ["info", "warning", "error"] as const;
const CONTROL = "min-h-8 min-w-0 rounded-md border border-control bg-bg px-2 text-dense";

interface Props {
  filter: Filter;
  onChange: (filter: Filter) => void;
  events: RunEvent[];
}

export function LogFilter({ filter, onChange, events }: Props) {
  const { t } = useTranslation();
  const types = [...new Set(events.map((event) => event.type))];
  return (
    <div role="search" aria-label={t("run:log.filter")} className="flex flex-wrap gap-2 border-b border-hairline p-2">
      <select
        aria-label={t("run:log.type")}
        value={filter.type}
        onChange={(event) => onChange({ ...filter, type: event.target.value })}
        className={`${CONTROL} flex-1 basis-32`}
      >
        <option value="">{t("run:log.allTypes")}</option>
        {types.map((type) => (
          <option key={type} value={type}>
            {t(`events:type.${type}`, { defaultValue: type })}
          </option>
        ))}
      </select>
      <select
        aria-label={t("run:log.severityLabel")}
        value={filter.severity}
        onChange={(event) => onChange({ ...filter, severity: event.target.value })}
        className={`${CONTROL} flex-1 basis-32`}
      >
        <option value="">{t("run:log.allSeverities")}</option>
        {SEVERITIES.map((severity) => (
          <option key={severity} value={severity}>
            {t(`run:log.severity.${severity}`)}
          </option>
        ))}
      </select>
      <input
        type="search"
        aria-label={t("run:log.text")}
        placeholder={t("run:log.text")}
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
        onKeyDown={(event) => event.key === "Escape" && onChange(noFilter)}
        className={`${CONTROL} flex-[2] basis-40 placeholder:text-text3`}
      />
    </div>
  );
}
