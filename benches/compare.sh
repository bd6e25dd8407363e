#!/usr/bin/env bash
# Runs audit, ripgrep and ruff in turn on the same large Python trees and prints the medians of seconds and peak
# memory, then audits one, two, four and eight copies of a tree: twice the files, twice the time.
#
#   benches/compare.sh [CACHE]      default: target/compare; RUNS=5 and WHEELS="…" change the rest
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cache=${1:-target/compare}
runs=${RUNS:-5}
wheels=${WHEELS:-"homeassistant ccxt django freqtrade nautilus_trader jesse octobot zipline-reloaded lumibot vnpy"}
mkdir -p "$cache/wheels" "$cache/trees"
cache=$(cd "$cache" && pwd)

fetch() { # the wheel of a distribution, unpacked; its Requires-Python does not matter for reading it
    local name=$1 tree="$cache/trees/$1"
    [ -e "$tree/.complete" ] && return
    rm -rf "$tree" "$cache/wheels/$name" && mkdir -p "$tree" "$cache/wheels/$name" &&
        python3 -m pip download --quiet --no-deps --no-cache-dir --only-binary :all: --python-version 3.14 \
            --dest "$cache/wheels/$name" "$name" >&2 &&
        python3 -m zipfile -e "$cache/wheels/$name"/*.whl "$tree" &&
        touch "$tree/.complete"
}

if [ ! -x "$cache/tools/bin/ruff" ]; then
    python3 -m venv "$cache/tools"
    "$cache/tools/bin/pip" install --quiet ruff >&2
fi
rg=$(command -v rg || true)
if [ -z "$rg" ]; then
    rg="$cache/ripgrep/bin/rg"
    [ -x "$rg" ] || cargo install --quiet --locked --root "$cache/ripgrep" ripgrep
fi
cargo build --release --locked --quiet
audit=$(cargo metadata --format-version 1 --no-deps --locked |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')/release/audit

for name in $wheels; do
    fetch "$name" || {
        echo "$name could not be fetched and is left out" >&2
        wheels=$(printf '%s' "$wheels" | tr ' ' '\n' | grep -vx "$name" | tr '\n' ' ')
    }
done

AUDIT=$audit RG=$rg RUFF="$cache/tools/bin/ruff" RUNS=$runs \
    python3 benches/compare.py "$cache/trees" $wheels
