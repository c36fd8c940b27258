#!/bin/sh
# Brings the console's vendored scripts from the npm registry, at the versions named here. `make assets` runs it; what
# comes is committed, so that nobody who installs or runs intake needs npm.
set -eu

HTMX=2.0.11

assets="$(cd "$(dirname "$0")/.." && pwd)/intake/web/assets"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"

npm pack --silent "htmx.org@$HTMX" >/dev/null
tar -xzf "htmx.org-$HTMX.tgz"
cp package/dist/htmx.min.js "$assets/htmx.min.js"
cp package/LICENSE "$assets/htmx.LICENSE"
echo "htmx.org $HTMX"
