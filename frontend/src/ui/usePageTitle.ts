import { useEffect } from "react";

/** The browser tab's title, also what a screen reader says on arrival. */
export function usePageTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · BotMarketplace`;
  }, [title]);
}
