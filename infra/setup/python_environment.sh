#!/bin/sh
# Makes .venv with the pinned requirements, unless it is there already. Prints nothing when there is nothing to do.
set -eu
cd "$(dirname "$0")/../.."

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    # 3.11 first: it is the functions' runtime, and packaging for AWS insists on it.
    for candidate in "${PYTHON:-python3.11}" python3.11 python3 python3.13 python3.12 python; do
        if command -v "$candidate" >/dev/null 2>&1 && usable "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 or later is missing: install it (or name it: PYTHON=/path/to/python3.11 make run)" >&2
    exit 1
}

wanted=$(cat requirements.txt requirements-dev.txt | cksum)
stamp=.venv/.requirements
if [ -x .venv/bin/python ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi

python=$(find_python)
if [ ! -x .venv/bin/python ] || ! usable .venv/bin/python; then
    echo "Making the virtual environment (.venv) with $("$python" --version) …"
    if ! "$python" -m venv --clear .venv; then
        echo "$python cannot make a virtual environment: install its venv package (Debian: apt-get install python3-venv)" >&2
        exit 1
    fi
fi
echo "Installing the Python requirements …"
if ! .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input -r requirements-dev.txt; then
    echo "pip could not install requirements-dev.txt: check the network, then run the command again" >&2
    exit 1
fi
echo "$wanted" >"$stamp"
