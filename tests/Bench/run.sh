#!/usr/bin/env bash
# Measures one scenario: run.sh decode|transform|parquet|land [--peer duckdb] [--json] [--check] [--input FILE | --shuffled] [--threads 1,2] [--rounds N]
set -euo pipefail
cd "$(dirname "$0")"
dotnet build Bench.csproj -c Release -v q -nologo >&2
if [[ " $* " == *" --peer "* || " $* " == *" --check "* ]] && [[ ! -d peers/node_modules ]]; then
  npm install --prefix peers --no-audit --no-fund --no-save --loglevel=error >&2
fi
exec bin/Release/net10.0/Pipeline.Tests.Bench "$@"
