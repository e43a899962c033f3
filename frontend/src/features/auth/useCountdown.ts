import { useEffect, useState } from "react";

/** Whole seconds left of a wait that begins anew whenever `since` is another one; 0 when there is none. */
export function useCountdown(seconds: number | null, since: unknown): number {
  const [end, setEnd] = useState<{ since: unknown; at: number } | null>(null);
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (seconds === null) return;
    const start = performance.now();
    const begin = setTimeout(() => {
      setNow(start);
      setEnd({ since, at: start + seconds * 1000 });
    });
    const ticking = setInterval(() => setNow(performance.now()), 500);
    return () => {
      clearTimeout(begin);
      clearInterval(ticking);
    };
  }, [seconds, since]);
  if (seconds === null || !end || end.since !== since) return 0;
  return Math.max(0, Math.ceil((end.at - now) / 1000));
}
