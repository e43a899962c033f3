import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { AuditEntry } from "@/api/types";
import { auditQuery, membersQuery, type AuditFilters } from "@/api/workspace";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { SkeletonRows } from "@/ui/Skeleton";
import { TABLE, TD_TEXT, TH_TEXT } from "@/ui/table";
import { Time } from "@/ui/Time";

interface Props {
  filters: AuditFilters;
  onClear: () => void;
}

/** The rows, newest first; more are read on demand. */
export function AuditTable({ filters, onClear }: Props) {
  const { t } = useTranslation("settings");
  const audit = useInfiniteQuery(auditQuery(filters));
  const members = useQuery(membersQuery);
  const rows = audit.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.values(filters).some((value) => value !== undefined);
  const nameOf = (actor: string) => {
    const member = members.data?.find(({ userId }) => userId === actor);
    return member ? member.name || member.email : actor;
  };

  if (audit.isPending) return <SkeletonRows rows={8} />;
  if (audit.isError)
    return (
      <div className="p-3">
        <ErrorBlock error={audit.error} onRetry={() => void audit.refetch()} />
      </div>
    );
  return (
    <>
      {rows.length === 0 && !audit.hasNextPage ? (
        <EmptyState
          icon={<ScrollText size={28} />}
          title={filtered ? t("audit.nothingFound") : t("audit.empty")}
          action={filtered && <Button onClick={onClear}>{t("common:clearFilters")}</Button>}
        >
          {filtered ? t("audit.nothingFoundText") : t("audit.emptyText")}
        </EmptyState>
      ) : (
        // A table that is wider than the screen scrolls by itself, by keyboard too.
        <div role="region" aria-label={t("audit.rows")} tabIndex={0} className="overflow-x-auto">
          <table className={`${TABLE} min-w-[720px]`}>
            <caption className="sr-only">{t("audit.rows")}</caption>
            <thead>
              <tr>
                <th scope="col" className={TH_TEXT}>
                  {t("audit.at")}
                </th>
                <th scope="col" className={TH_TEXT}>
                  {t("audit.what")}
                </th>
                <th scope="col" className={TH_TEXT}>
                  {t("audit.who")}
                </th>
                <th scope="col" className={TH_TEXT}>
                  {t("audit.subject")}
                </th>
                <th scope="col" className={TH_TEXT}>
                  {t("audit.detail")}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.id} row={row} who={nameOf(row.actor)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {audit.hasNextPage && (
        <div className="flex justify-center p-3">
          <Button busy={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            {t("audit.more")}
          </Button>
        </div>
      )}
    </>
  );
}

function Row({ row, who }: { row: AuditEntry; who: string }) {
  const { t } = useTranslation("settings");
  const cell = `${TD_TEXT} py-1.5 align-top`;
  return (
    <tr className="hover:bg-s2">
      <td className={`${cell} whitespace-nowrap`}>
        <Time at={row.at} form="full" />
      </td>
      <td className={cell}>
        {t(`audit.action.${row.action}`, { defaultValue: row.action })}
        <span className="block font-mono text-caption text-text3">{row.action}</span>
      </td>
      <td className={`${cell} max-w-40 break-words`} title={row.actor}>
        {who}
      </td>
      <td className={`${cell} max-w-44 font-mono text-caption break-all`}>{row.subject}</td>
      <td className={`${cell} max-w-72 text-text2 break-words`}>{row.detail}</td>
    </tr>
  );
}
