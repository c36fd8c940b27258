#!/bin/sh
# Brings the console's vendored scripts from the npm registry, at the versions named here. `make assets` runs it; what
# comes is committed, so that nobody who installs or runs intake needs npm.
set -eu

HTMX=2.0.11
ESBUILD=0.28.2
CODEMIRROR="@codemirror/autocomplete@6.20.4 @codemirror/commands@6.11.1 @codemirror/language@6.13.1
  @codemirror/lint@6.9.8 @codemirror/state@6.7.6 @codemirror/view@6.43.15 @lezer/highlight@1.2.3"

here="$(cd "$(dirname "$0")" && pwd)"
assets="$here/../intake/web/assets"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"

npm pack --silent "htmx.org@$HTMX" >/dev/null
tar -xzf "htmx.org-$HTMX.tgz"
cp package/dist/htmx.min.js "$assets/htmx.min.js"
cp package/LICENSE "$assets/htmx.LICENSE"
echo "htmx.org $HTMX"

npm init --yes >/dev/null
# shellcheck disable=SC2086
npm install --silent --no-audit --no-fund --save-exact "esbuild@$ESBUILD" $CODEMIRROR
cp "$here/codemirror.js" entry.js
npx esbuild entry.js --bundle --minify --format=iife --global-name=CodeMirror --target=es2020 --legal-comments=none \
  --log-level=warning --outfile="$assets/codemirror.min.js"
# the notice stands as it is, but for the author's mail address
sed 's/ <[^>]*>//' node_modules/@codemirror/view/LICENSE >"$assets/codemirror.LICENSE"
for package in $CODEMIRROR; do echo "$package"; done
