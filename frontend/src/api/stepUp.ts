import { create } from "zustand";

import { ApiProblem } from "./problem";

interface StepUpState {
  /** Requests that wait for the proof; one dialog answers them all. */
  waiting: ((proved: boolean) => void)[];
  /** Whether a dialog is there to ask. */
  staffed: boolean;
}

export const useStepUp = create<StepUpState>(() => ({ waiting: [], staffed: false }));

/** The API wants to know that the account's owner is there before it does this. */
export const isStepUpRequired = (error: unknown) => error instanceof ApiProblem && error.code === "auth.step_up_required";

/** Asks the owner for a proof; true once it was given, false when the dialog was left. */
export function askStepUp(): Promise<boolean> {
  if (!useStepUp.getState().staffed) return Promise.resolve(false);
  return new Promise((resolve) => useStepUp.setState(({ waiting }) => ({ waiting: [...waiting, resolve] })));
}

/** Answers everything that waits. */
export function settleStepUp(proved: boolean) {
  const { waiting } = useStepUp.getState();
  useStepUp.setState({ waiting: [] });
  for (const resolve of waiting) resolve(proved);
}

/** Says that a dialog is there, until the returned function is called. */
export function staffStepUp(): () => void {
  useStepUp.setState({ staffed: true });
  return () => {
    useStepUp.setState({ staffed: false });
    settleStepUp(false);
  };
}
