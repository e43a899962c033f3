import { useTranslation } from "react-i18next";

/** The link that the chart library's licence asks for. */
export function Attribution() {
  const { t } = useTranslation();
  return (
    <a
      href="https://www.tradingview.com/"
      target="_blank"
      rel="noreferrer"
      className="inline-flex min-h-6 items-center text-table text-text3 underline hover:text-text"
    >
      {t("run:chart.attribution")}
    </a>
  );
}
