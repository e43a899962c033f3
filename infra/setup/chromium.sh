#!/bin/sh
# Prints the path of a Chromium for the browser tests: the one named, one on the path, Debian's, or npm's. The headless
# shell is preferred: it draws the same pages for two thirds of the processor time.
set -eu
cd "$(dirname "$0")/../.."

found() { [ -n "$1" ] && [ -x "$1" ] && "$1" --version >/dev/null 2>&1; }

# The shell tells its version also where the files are missing that Debian keeps in another package.
shell_that_draws() {
    shell=$(command -v chromium-headless-shell) || return 0
    if timeout 20 "$shell" --no-sandbox --disable-gpu --dump-dom 'data:text/html,drawn' 2>/dev/null | grep -q drawn; then
        echo "$shell"
    fi
}

look() {
    for candidate in "${CHROMIUM_PATH:-}" "$(shell_that_draws)" "$(command -v chromium || true)" \
        "$(command -v chromium-browser || true)" "$(command -v google-chrome || true)"; do
        if found "$candidate"; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

look && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian's Chromium …" >&2
    apt-get update -qq >/dev/null 2>&1 </dev/null || true
    for packages in "chromium chromium-headless-shell" chromium; do
        # shellcheck disable=SC2086 # two packages
        if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null 2>&1 \
            </dev/null && look; then
            exit 0
        fi
    done
fi

folder=.local/chromium
if [ ! -d "$folder/node_modules/@sparticuz/chromium" ]; then
    echo "Fetching a Chromium from npm …" >&2
    mkdir -p "$folder"
    npm install --silent --no-audit --no-fund --prefix "$folder" @sparticuz/chromium@153.0.0 >&2 </dev/null || true
fi
path=$(cd "$folder" && node --input-type=module -e \
    'import c from "@sparticuz/chromium"; console.log(await c.executablePath())' 2>/dev/null || true)
if found "$path"; then
    echo "$path"
    exit 0
fi
echo "No Chromium for the browser tests: install one (Debian: apt-get install chromium) or set CHROMIUM_PATH" >&2
exit 1
