import type { SignalSide } from "./outsideSides";

/** The environment variable that the examples read the secret from. */
export const SECRET_VARIABLE = "WEBHOOK_SECRET";

export const EXAMPLE_LANGUAGES = ["shell", "python"] as const;
export type ExampleLanguage = (typeof EXAMPLE_LANGUAGES)[number];

/** A program that signs a signal and sends it. The signature: `v1=`, and HMAC-SHA-256 in hexadecimal of "time.body". */
export const signingExample: Record<ExampleLanguage, (url: string, side: SignalSide) => string> = {
  shell: (url, side) => `url='${url}'
now=$(date +%s)
body='{"eventId":"'$now-${side}'","side":"${side}"}'
signature=$(printf '%s.%s' "$now" "$body" |
  openssl dgst -sha256 -hmac "$${SECRET_VARIABLE}" -r | cut -d ' ' -f 1)

curl -sS "$url" --data-binary "$body" \\
  -H 'Content-Type: application/json' \\
  -H "X-Timestamp: $now" \\
  -H "X-Signature: v1=$signature"
`,
  python: (url, side) => `import hashlib, hmac, json, os, time
from urllib.request import Request, urlopen

url = "${url}"
secret = os.environ["${SECRET_VARIABLE}"].encode()
now = str(int(time.time()))
signal = {"eventId": f"{now}-${side}", "side": "${side}"}
body = json.dumps(signal).encode()
text = now.encode() + b"." + body
signature = hmac.new(secret, text, hashlib.sha256).hexdigest()

headers = {
    "Content-Type": "application/json",
    "X-Timestamp": now,
    "X-Signature": f"v1={signature}",
}
print(urlopen(Request(url, body, headers)).read().decode())
`,
};
