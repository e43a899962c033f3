import type { TFunction } from "i18next";

import { ApiProblem, NoAnswer } from "@/api/problem";
import { serverText } from "@/i18n/serverText";

/** What went wrong in the reader's language: by the problem's code, else by its status, else as the server wrote it. */
export function problemText(t: TFunction, error: unknown): string {
  if (error instanceof NoAnswer) return t("problems:page.no_answer");
  if (!(error instanceof ApiProblem)) return t("problems:page.unexpected");
  const { problem } = error;
  if (problem.status === 429)
    return error.retryAfter ? t("problems:page.wait_seconds", { count: error.retryAfter }) : t("problems:page.wait");
  const byStatus = problem.status >= 500 ? t("problems:page.server") : (problem.detail ?? problem.title);
  return problem.code ? serverText(t, `problems.${problem.code}`, { ...problem.params, detail: problem.detail ?? "" }, byStatus) : byStatus;
}
