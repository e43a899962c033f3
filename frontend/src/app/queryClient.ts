import { QueryClient } from "@tanstack/react-query";

import { ApiProblem } from "@/api/problem";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2000,
      // A refusal will not change by asking again; silence may.
      retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.refused),
      // "Offline" is the browser's guess; on a laptop the server may be right here.
      networkMode: "always",
    },
    mutations: { networkMode: "always", retry: false },
  },
});
