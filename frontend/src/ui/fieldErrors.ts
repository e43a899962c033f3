import type { TFunction } from "i18next";

import { ApiProblem } from "@/api/problem";
import { serverText } from "@/i18n/serverText";

import { problemText } from "./problemText";

/**
 * What the API says about single fields, in the reader's language: by the finding's key, else as the server wrote it. A
 * problem that points at one field as a whole (`params.pointer`) has no findings; its sentence goes to the form.
 */
export function fieldErrors(t: TFunction, error: unknown): Record<string, string> {
  if (!(error instanceof ApiProblem)) return {};
  const found: Record<string, string> = {};
  for (const { pointer, key, params, detail } of error.problem.errors ?? []) {
    const own = serverText(t, `problems.${error.code}`, { ...error.problem.params });
    const sentence = key === error.code ? problemText(t, error) : serverText(t, `problems.${key}`, params, detail || own);
    found[pointer.replace(/^#(?=\/)/, "")] ??= sentence;
  }
  return found;
}

/** The error without what the form shows beside its own fields; null when nothing is left to say. */
export function restOf(t: TFunction, error: unknown, shown: readonly string[]): unknown {
  if (error === null) return null;
  const pointers = Object.keys(fieldErrors(t, error));
  return pointers.length > 0 && pointers.every((pointer) => shown.includes(pointer)) ? null : error;
}
