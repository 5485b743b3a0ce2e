#!/usr/bin/env bash
# Whether every contract that differs from a commit has a higher version: what was published under a version stays explainable by it.
#   infra/kubernetes/contracts.sh COMMIT
set -euo pipefail
base=${1:?"Name the commit to compare with."}
cd "$(dirname "$0")/../.."
version() { sed -n 's/^version: *\([0-9][0-9]*\).*/\1/p' | head -n 1; }
# Words for people may change freely.
meaning() { grep -vE '^ *(description|owner):|^ *#' || :; }
faults=0
while IFS= read -r file; do
  [ -f "$file" ] || continue
  old=$(git show "$base:$file" 2>/dev/null) || continue
  if [ "$(meaning <<<"$old")" = "$(meaning <"$file")" ]; then continue; fi
  before=$(version <<<"$old")
  after=$(version <"$file")
  if [ "${after:-0}" -le "${before:-0}" ]; then
    printf '%s changed and its version is still %s; write %s.\n' "$file" "$before" "$((before + 1))" >&2
    faults=1
  fi
done < <(git diff --name-only "$base" -- 'functions/datasets/*.yaml')
exit $faults
