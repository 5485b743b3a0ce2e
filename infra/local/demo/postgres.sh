# shellcheck shell=bash
# Sourced by demo.sh: a private PostgreSQL in $home/postgres, with its ordinary, durable settings.

# The server refuses to run as root; Debian's package brings the user postgres.
as_server() {
  local unprivileged=()
  [ "$(id -u)" != 0 ] || unprivileged=(setpriv --reuid=postgres --regid=postgres --init-groups)
  (cd / && "${unprivileged[@]}" env LC_ALL=C.UTF-8 "$@")
}

# postgres_sql DATABASE QUERY: bare values, tabs between them.
postgres_sql() { "$postgres_programs/psql" -X -q -A -t -F $'\t' -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$postgres_port" -U postgres -d "$1" -c "$2"; }

# Every directory above must let the server pass, from the top.
let_server_pass() {
  local directory=$1 above=()
  [ "$(id -u)" = 0 ] || return 0
  while directory=$(dirname "$directory"); [ "$directory" != / ]; do above=("$directory" "${above[@]}"); done
  for directory in "${above[@]}"; do
    as_server test -x "$directory" && continue
    setfacl -m u:postgres:x "$directory" 2>>"$home/logs/postgres.log" && as_server test -x "$directory" ||
      fail "the user postgres cannot pass through $directory: choose a --home that everybody can reach."
    say "${dim}The user postgres may pass through $directory now (undo: setfacl -x u:postgres $directory).$plain"
  done
}

start_postgres() {
  local data=$home/postgres
  let_server_pass "$data"
  stop_postgres
  if port_is_taken "$postgres_port"; then
    fail "port $postgres_port on 127.0.0.1 is taken and PostgreSQL needs it: free it, or choose another with --postgres-port."
  fi
  if [ ! -s "$data/PG_VERSION" ] || [ -e "$home/run/initdb" ]; then
    touch "$home/run/initdb"
    rm -rf "$data"
    mkdir -m 700 "$data"
    [ "$(id -u)" != 0 ] || chown postgres: "$data"
    step "Creating a PostgreSQL database" "$home/logs/postgres.log" \
      as_server "$postgres_programs/initdb" -D "$data" -A trust -U postgres -E UTF8 --locale=C.UTF-8
    rm "$home/run/initdb"
  fi
  [ "$(id -u)" != 0 ] || chown -R postgres: "$data"
  touch "$home/logs/postgresql.log"
  step "Starting PostgreSQL on 127.0.0.1:$postgres_port" "$home/logs/postgres.log" run_postgres "$data"
  [ "$(postgres_sql postgres "SELECT count(*) FROM pg_database WHERE datname = 'pipeline'")" = 1 ] ||
    postgres_sql postgres 'CREATE DATABASE pipeline' 9>&-
}

run_postgres() {
  as_server "$postgres_programs/pg_ctl" -D "$1" -w -t 120 -o "-c listen_addresses=127.0.0.1 -p $postgres_port -k ''" \
    start >>"$home/logs/postgresql.log" 2>&1
}

# A server killed with its demo leaves a lock file; one that survived it is stopped in order.
stop_postgres() {
  local data=$home/postgres pid=''
  [ -s "$data/postmaster.pid" ] || return 0
  read -r pid <"$data/postmaster.pid"
  if [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$data" ]; then
    as_server "$postgres_programs/pg_ctl" -D "$data" -w -s -m fast -t 60 stop >>"$home/logs/postgres.log" 2>&1 9>&- ||
      say "PostgreSQL did not stop within a minute: see $home/logs/postgresql.log."
  else
    rm -f "$data/postmaster.pid"
  fi
}
