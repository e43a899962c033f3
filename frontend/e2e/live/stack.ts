import { existsSync, readFileSync } from "node:fs";

export interface Endpoints {
  web: string;
  email: string;
  password: string;
  totp_secret: string;
}

/** What a running stack has written about itself; null when none is running here. */
export function endpoints(): Endpoints | null {
  const port = process.env.PORT && process.env.PORT !== "8080" ? `${process.env.PORT}/` : "";
  const path = process.env.ENDPOINTS ?? `../.local/${port}endpoints.json`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Endpoints) : null;
}
