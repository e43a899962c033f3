import { useCallback, useRef, useState } from "react";

import { isStepUpRequired } from "@/api/stepUp";

/**
 * An act of the user that is done once however often it is asked for while under way. `run` resolves to the answer, or to
 * undefined after an error, which is then in `error`. Leaving the dialog that asks for a proof is no error.
 */
export function useAction<Arguments extends unknown[], T>(act: (...given: Arguments) => Promise<T>) {
  const locked = useRef(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function run(...given: Arguments): Promise<{ value: T } | undefined> {
    if (locked.current) return undefined;
    locked.current = true;
    setBusy(true);
    setError(null);
    try {
      return { value: await act(...given) };
    } catch (problem) {
      if (!isStepUpRequired(problem)) setError(problem);
      return undefined;
    } finally {
      locked.current = false;
      setBusy(false);
    }
  }

  return { run, busy, error, reset: useCallback(() => setError(null), []) };
}
