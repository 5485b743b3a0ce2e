#!/usr/bin/env bash
# Builds once and runs every test, or those whose full name contains TEXT: infra/local/test.sh [TEXT]
# Without TEXT, what deploys it is checked too (infra/check.sh); what a machine lacks for that is skipped by name.
# The last line is "N passed, N failed"; the exit code is 0 when none failed.
set -euo pipefail
cd "$(dirname "$0")/../.."
text=${1:-}
results=$PWD/TestResults

say() { printf '%s\n' "$*"; }
fail() { printf 'test: %s\n' "$*" >&2; exit 1; }
# shellcheck source=infra/local/install.sh
. infra/local/install.sh

# A test that says nothing for so long hangs.
hang_timeout=10min

rm -rf "$results"
mkdir -p "$results"
install_missing "$results/install.log" base npm s3 tests
# The independent readers of Parquet, and the SQS server with the Node it needs.
install_npm "$results/npm.log" tests/Integration/Readers tests/Servers/Sqs

say "Building"
dotnet build Pipeline.sln -c Release -v q -nologo >"$results/build.log" 2>&1 || {
  grep -E "error|warning" "$results/build.log" | sort -u | head -n 30 >&2 || cat "$results/build.log" >&2
  fail "The build failed: see $results/build.log."
}

# counter NAME TRX: one number of a result file's summary; 0 when the run ended before it was written.
counter() { { grep -o '<Counters [^>]*' "$2" 2>/dev/null || true; } | { grep -o " $1=\"[0-9]*\"" || true; } | tr -dc '0-9\n' | tail -n 1 | grep . || echo 0; }
# faults_of LOG: what each test that failed says, at most 40 lines of it.
faults_of() {
  awk '/^  Failed /{left = 40} /^  (Passed|Skipped) |^\[xUnit|^Data collector|^Results File|^Test Run/{left = 0} left-- > 0 && NF' "$1"
}
# tests_of OUTCOME TRX: full names.
tests_of() { { grep -o '<UnitTestResult [^>]*' "$2" 2>/dev/null || true; } | { grep "outcome=\"$1\"" || true; } | sed 's/.*testName="\([^"]*\)".*/\1/'; }

passed=0
failed=0
skipped=()
# Told behind everything else: where the end of a long log is all that is kept, that is what must be in it.
faults=$results/faults.log
: >"$faults"
for project in tests/*/*.csproj; do
  grep -q '<IsTestProject>false' "$project" && continue
  grep -q 'Microsoft.NET.Test.Sdk' tests/Directory.Build.props "$project" || continue
  name=$(basename "$project" .csproj)
  trx=$results/$name.trx
  log=$results/$name.log
  filter=()
  [ -z "$text" ] || filter=(--filter "FullyQualifiedName~$text")
  say "Testing $name"
  code=0
  dotnet test "$project" -c Release --no-build --nologo "${filter[@]}" --results-directory "$results" \
    --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=normal" \
    --blame-hang-timeout $hang_timeout --blame-hang-dump-type none >"$log" 2>&1 || code=$?
  project_passed=$(counter passed "$trx")
  project_failed=$(($(counter executed "$trx") - project_passed))
  mapfile -t -O "${#skipped[@]}" skipped < <(tests_of NotExecuted "$trx")
  if [ "$project_failed" -gt 0 ]; then
    say "$project_failed failed"
    faults_of "$log" >>"$faults"
  elif [ "$code" -ne 0 ]; then
    # The host crashed or hung: whatever was running is a failure, although nobody could count it.
    project_failed=1
    {
      grep -v '^ *at ' "$log" | tail -n 25
      say "The test host of $name ended with exit code $code before its tests did: see $log."
    } >>"$faults"
  fi
  passed=$((passed + project_passed))
  failed=$((failed + project_failed))
done

# A service that builds images sets CI; here the lack of a cluster's tools is no failure.
if [ -z "$text" ]; then
  say "Checking infra"
  env -u CI bash infra/check.sh >"$results/infra.log" 2>&1 || { grep -vE '^(passed|skipped): |: [0-9]+ passed, 0 failed$' "$results/infra.log" >>"$faults" || true; }
  read -r infra_passed infra_failed < <(tail -n 1 "$results/infra.log" | sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' | grep . || echo 0 1)
  passed=$((passed + infra_passed))
  failed=$((failed + infra_failed))
  mapfile -t -O "${#skipped[@]}" skipped < <(sed -n 's/^skipped: /infra: /p' "$results/infra.log")
fi

if [ ${#skipped[@]} -gt 0 ]; then
  say "${#skipped[@]} skipped:"
  printf '  %s\n' "${skipped[@]}"
fi
cat "$faults"
if [ $((passed + failed + ${#skipped[@]})) -eq 0 ]; then
  [ -z "$text" ] || say "No test's full name contains '$text'."
  failed=1
fi
say "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
