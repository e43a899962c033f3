import { create } from "zustand";

const useAnnouncements = create<{ polite: string; assertive: string }>(() => ({ polite: "", assertive: "" }));

/** Says a sentence to screen readers. Assertive is for what must not wait: rejects, a missing stop, a dead connection. */
export function announce(text: string, how: "polite" | "assertive" = "polite") {
  // A repeated sentence is a new message only if the text differs.
  useAnnouncements.setState((state) => ({ [how]: state[how] === text ? `${text}\u00a0` : text }));
}

/** The page's two live regions. Prices and profits are none. */
export function Announcer() {
  const { polite, assertive } = useAnnouncements();
  return (
    <>
      <div role="status" aria-live="polite" className="sr-only">
        {polite}
      </div>
      <div role="alert" aria-live="assertive" className="sr-only">
        {assertive}
      </div>
    </>
  );
}
