import { useTranslation } from "react-i18next";

/** Grey lines in the place of what is coming; they appear only if it takes longer than a blink. */
export function SkeletonRows({ rows, height = 32 }: { rows: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" className="flex flex-col gap-2 p-3 appear-late">
      <span className="sr-only">{t("loading")}</span>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} aria-hidden className="skeleton" style={{ height }} />
      ))}
    </div>
  );
}
