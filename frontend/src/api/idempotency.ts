/** A fresh Idempotency-Key. `crypto.randomUUID` exists on secure origins only, and a laptop's LAN address is none. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
