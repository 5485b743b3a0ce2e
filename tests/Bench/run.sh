#!/usr/bin/env bash
# Measures one scenario beside its peer: run.sh NAME [--peer PEER] [--json] [--check] [--input FILE | --shuffled] [--threads 1,2] [--rounds N]
#   decode, csv, transform, parquet   beside DuckDB when --peer duckdb asks for it
#   avro                         beside avsc when --peer avsc asks for it
#   land                         beside zstd -1
#   merge                        beside a bare COPY and INSERT ... ON CONFLICT
#   e2e                          beside kcat, reading the same topic
#   pod                          beside kcat; a streams pod with one processor, S3 60 ms away
#   orchestrate                  beside one PostgreSQL transaction an activity
#   attribution                  2.5 to 20 million events, each size held to 512 MB; beside nothing
# --shuffled generates records whose key order and optional fields vary at random.
# --check runs a small input once, compares the answers with the peer's, and ends with 1 when they differ.
set -euo pipefail
cd "$(dirname "$0")"
dotnet build Bench.csproj -c Release -v q -nologo >&2
if [[ " $* " == *" --peer "* || " $* " == *" --check "* ]] && [[ ! -d peers/node_modules ]]; then
  npm install --prefix peers --no-audit --no-fund --no-save --loglevel=error >&2
fi
exec bin/Release/net10.0/Pipeline.Tests.Bench "$@"
