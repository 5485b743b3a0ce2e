#!/usr/bin/env bash
# Time and memory against bytes: lands and transforms 0.4, 1, 2.5 and 10 GB of generated events, every program held to 512 MB, and
# prints a line for each. Needs 15 GB of disk below the folder for temporary files; everything is deleted at the end.
#
# The limit is the kernel's: RLIMIT_DATA counts every private page a program may write to, resident or not, and needs no rights over
# cgroups. The collector gets three quarters of it, as .NET itself does in a container of 512 MB.
# https://man7.org/linux/man-pages/man2/setrlimit.2.html  https://learn.microsoft.com/dotnet/core/runtime-config/garbage-collector
set -euo pipefail
cd "$(dirname "$0")"
dotnet build Bench.csproj -c Release -v q -nologo >&2

# Below here go the segments and the lake too.
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-linearity-XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

limit_mb=512
export DOTNET_GCHeapHardLimit
DOTNET_GCHeapHardLimit=$(printf '%x' $((limit_mb * 1024 * 1024 * 3 / 4)))

for lines in 2000000 5322000 13305000 53220000; do
  input=$TMPDIR/events.ndjson
  ../../sample-data/Sandbox/bin/Release/net10.0/sandbox generate --lines $lines --out "$input" >&2
  (
    ulimit -d $((limit_mb * 1024))
    bin/Release/net10.0/Pipeline.Tests.Bench transform --input "$input" --threads 2 --rounds 1 "$@"
  )
  rm -rf "$TMPDIR"/*
done
