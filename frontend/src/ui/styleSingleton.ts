/**
 * Stands in for `react-style-singleton` (aliased in vite.config.ts), which the dialogs' scroll lock brings along. That one
 * writes a <style> element, which a strict Content-Security-Policy (`style-src 'self'`) forbids; a sheet adopted from
 * script is no inline style.
 */
import { useEffect } from "react";

export function stylesheetSingleton() {
  let users = 0;
  let sheet: CSSStyleSheet | null = null;
  return {
    add(styles: string) {
      users += 1;
      if (users > 1) return;
      sheet = new CSSStyleSheet();
      sheet.replaceSync(styles);
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    },
    remove() {
      users -= 1;
      if (users > 0) return;
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
      sheet = null;
    },
  };
}

/** A component that holds the styles while at least one of it is there. */
export function styleSingleton() {
  const sheet = stylesheetSingleton();
  return function Sheet({ styles, dynamic = false }: { styles: string; dynamic?: boolean }) {
    useEffect(() => {
      sheet.add(styles);
      return () => sheet.remove();
      // The first one's styles stay, unless it says that they change.
      // eslint-disable-next-line react-hooks/exhaustive-deps
    }, [styles && dynamic]);
    return null;
  };
}
