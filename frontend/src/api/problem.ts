import type { Problem } from "./types";

/** An answer of the API that says no. `problem.code` is the key of the reader's sentence. */
export class ApiProblem extends Error {
  readonly problem: Problem;
  /** Seconds to wait, from Retry-After. */
  readonly retryAfter: number | null;

  constructor(problem: Problem, retryAfter: number | null = null) {
    super(problem.detail ?? problem.title);
    this.name = "ApiProblem";
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  get status() {
    return this.problem.status;
  }

  get code() {
    return this.problem.code ?? "";
  }

  /** Whether the request was certainly refused: after anything else its effect is unknown. */
  get refused() {
    return this.status >= 400 && this.status < 500 && this.status !== 408;
  }
}

/** No answer came: offline, refused connection, cut in the middle. The effect of a POST is unknown. */
export class NoAnswer extends Error {
  constructor(cause: unknown) {
    super("no answer", { cause });
    this.name = "NoAnswer";
  }
}

export async function problemFrom(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  let body: Partial<Problem> = {};
  try {
    body = (await response.json()) as Partial<Problem>;
  } catch {
    // A gateway's own page is no problem document: the status alone speaks.
  }
  return new ApiProblem({ ...body, title: body.title ?? response.statusText, status: response.status }, retryAfter);
}
