import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactElement } from "react";

import { i18next, loadRooms, setLanguage, startI18n, type Language } from "@/i18n";

/** Renders a part of the page in a language, with a query cache of its own. */
export async function renderPage(element: ReactElement, language: Language = "en") {
  if (!i18next.isInitialized) await startI18n();
  await loadRooms();
  await setLanguage(language);
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return { queryClient, ...render(<QueryClientProvider client={queryClient}>{element}</QueryClientProvider>) };
}
