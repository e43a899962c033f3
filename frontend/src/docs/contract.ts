const CONTRACT = "/api/v1/openapi.json";

/** The contract did not come; `status` is what was answered instead, null where nothing was. */
export class ContractMissing extends Error {
  constructor(readonly status: number | null) {
    super(`no contract: ${status ?? "no answer"}`);
  }
}

/** The contract of the API behind this page, as it stands. Raises ContractMissing. */
export async function readContract(): Promise<Record<string, unknown>> {
  const answer = await fetch(CONTRACT).catch(() => null);
  if (!answer?.ok) throw new ContractMissing(answer?.status ?? null);
  return (await answer.json()) as Record<string, unknown>;
}
