#!/usr/bin/env bash
# On a PostgreSQL made for it: roles.sql as an owner who is no superuser, the ledger's migrations as the app, KEDA's query as the role that
# may only read, with the answers it should give; and the statements of the runbook of a restored ledger.
set -euo pipefail
cd "$(dirname "$0")/../.."
programs=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$programs/initdb" ] || { echo "PostgreSQL's programs are not here (apt-get install postgresql)."; exit 1; }
folder=$(mktemp -d)
chmod 755 "$folder"
as=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$folder"
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
server() { "${as[@]}" env PATH="$programs:/usr/bin:/bin" LC_ALL=C.UTF-8 "$@"; }
trap 'server pg_ctl -D "$folder/data" -m immediate stop >/dev/null 2>&1 || :; rm -rf "$folder"' EXIT
server initdb -D "$folder/data" -A trust -U postgres -E UTF8 --no-sync >/dev/null
server pg_ctl -D "$folder/data" -w -s -l "$folder/log" -o "-c listen_addresses= -c unix_socket_directories=$folder -c fsync=off" start

ask() { local user=$1; shift; "$programs/psql" -h "$folder" -U "$user" -d pipeline -v ON_ERROR_STOP=1 -q -A -t "$@"; }
"$programs/psql" -h "$folder" -U postgres -d postgres -q \
  -c "CREATE ROLE pipeline_owner LOGIN CREATEROLE" -c "CREATE DATABASE pipeline OWNER pipeline_owner"
{ printf '\\set app_password %s\n\\set scaling_password %s\n' a b; cat infra/postgres/roles.sql; } | ask pipeline_owner -f -
for migration in functions/Sinks/Ledger/Migrations/*.sql; do ask pipeline_app -1 -f "$migration"; done
# The embedded host's tables stand in its source, as raw strings.
"${PYTHON:-python3}" - >"$folder/localhost.sql" <<'PYTHON'
import re
text = open("functions/LocalHost/Durable/Store/Schema.cs").read()
print(re.search(r'Migrations =\s*\[\s*"""(.*?)"""', text, re.S)[1])
PYTHON
ask pipeline_app -f "$folder/localhost.sql"

query() { kubectl kustomize "infra/kubernetes/overlays/$1" | "${PYTHON:-python3}" -c '
import sys, yaml
scaled = next(d for d in yaml.safe_load_all(sys.stdin) if d["kind"] == "ScaledObject" and d["metadata"]["name"] == "pipeline-orchestration")
print(next(t["metadata"]["query"] for t in scaled["spec"]["triggers"] if t["type"] == "postgresql"))'; }
answer() { ask pipeline_scaling -c "$(query "$1")"; }
expect() { [ "$(printf '%.2f' "$2")" = "$3" ] || { echo "$1: KEDA would be told $2, not $3."; exit 1; }; }

expect "nothing to do" "$(answer eks-production)" 0.00
ask pipeline_app -c "
  INSERT INTO pipeline.segment (dataset, shard, positions, epoch, object_key, records, raw_bytes, object_bytes, state, landed_at)
  SELECT 'd', 's', int8range(i, i + 1), 1, i::text, 1, 512 * 1024 * 1024, 1, 'landed', now() FROM generate_series(1, 5) i"
expect "five segments of half a GiB" "$(answer eks-production)" 2.50
expect "the same on AKS" "$(answer aks)" 2.50
ask pipeline_app -c "INSERT INTO localhost.activity (hub, instance, execution, task, name, version)
  SELECT 'h', 1, gen_random_uuid(), i, 'n', '' FROM generate_series(1, 8) i"
expect "eight activities as well" "$(answer eks-production)" 4.00
ask pipeline_app -c "UPDATE pipeline.segment SET state = 'published'; DELETE FROM localhost.activity"
expect "all published" "$(answer eks-production)" 0.00
if ask pipeline_scaling -c "SET default_transaction_read_only = off; DELETE FROM pipeline.segment" 2>/dev/null; then
  echo "The role that scales may delete segments."
  exit 1
fi

# What the runbook tells people to write is SQL of these tables.
mapfile -t statements < <(grep -oP 'psql "[$]OWNER"( -At)? -c "\K[^"]+' docs/runbooks/restore-the-ledger.md)
[ ${#statements[@]} -ge 5 ] || { echo "The runbook has ${#statements[@]} statements; five were there."; exit 1; }
for statement in "${statements[@]}"; do ask pipeline_app -c "$statement" >/dev/null; done
