import { createHmac } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function base32(text: string): Buffer {
  const bits = [...text.replace(/[=\s]/g, "").toUpperCase()].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

/** The one-time code of RFC 6238 (SHA-1, 30 s, 6 digits) at a time in milliseconds. */
export function oneTimeCode(secret: string, atMs = Date.now()): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30_000)));
  const digest = createHmac("sha1", base32(secret)).update(counter).digest();
  const offset = digest[19]! & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const STEP_MS = 30_000;

/** An authenticator app: it never gives a code twice. The API takes codes a step early, so the next one seldom waits. */
export class Authenticator {
  private readonly secret: string;
  private lastStep = 0;

  constructor(secret: string) {
    this.secret = secret;
  }

  async code(): Promise<string> {
    const step = Math.max(Math.floor(Date.now() / STEP_MS), this.lastStep + 1);
    const earliest = (step - 1) * STEP_MS + 1000;
    if (Date.now() < earliest) await new Promise((next) => setTimeout(next, earliest - Date.now()));
    this.lastStep = step;
    return oneTimeCode(this.secret, step * STEP_MS);
  }
}
