import { OLD_RUN_ID, RUN_ID } from "./facts";

/** Pages of runs, which are drawn from what the API tells of them. */
export const RUNS = ["/factory/bots", "/factory/runs", `/factory/runs/${OLD_RUN_ID}`, `/factory/runs/${RUN_ID}`];
/** Rooms of the account and the workspace. */
const SETTINGS = ["profile", "security", "exchanges", "team", "workspace", "audit", "data"].map((room) => `/settings/${room}`);

export const SIGNED_IN = [...SETTINGS, "/factory/strategies/rsi-dip", ...RUNS];
export const SIGNED_OUT = ["/login", "/register", "/verify-email", "/forgot-password", "/reset-password", "/invitation"];
