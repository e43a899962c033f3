import { CircleAlert, Copy } from "lucide-react";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/api/problem";

import { Button } from "./Button";
import { problemText } from "./problemText";

interface Props {
  error: unknown;
  onRetry?: () => void;
  /** What stays true in spite of the error: "orders already placed are not affected". */
  safe?: string;
}

/** An error of one block of the page: what happened, what is safe, what to copy for support, and another try. */
export function ErrorBlock({ error, onRetry, safe }: Props) {
  const { t } = useTranslation();
  const problem = error instanceof ApiProblem ? error.problem : null;
  const reference = [problem?.code, problem?.requestId].filter(Boolean).join(" · ");
  return (
    <div role="alert" className="flex gap-3 rounded-md border border-danger p-3 tint-danger">
      <CircleAlert aria-hidden size={20} className="mt-0.5 shrink-0 text-danger" />
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{problemText(t, error)}</p>
        {problem?.errors?.map((each) => (
          <p key={each.pointer + each.detail} className="text-dense text-text2">
            <code className="font-mono">{each.pointer}</code> {each.detail}
          </p>
        ))}
        {safe && <p className="text-dense text-text2">{safe}</p>}
        <div className="mt-2 flex flex-wrap items-center gap-2">
          {onRetry && (
            <Button size="small" onClick={onRetry}>
              {t("retry")}
            </Button>
          )}
          {reference && (
            <button
              type="button"
              onClick={() => void navigator.clipboard?.writeText(reference)}
              title={t("copyReference")}
              className="inline-flex min-h-6 items-center gap-1 rounded-sm font-mono text-table break-all text-text2 hover:text-text"
            >
              <Copy aria-hidden size={12} /> {reference}
            </button>
          )}
        </div>
      </div>
    </div>
  );
}
