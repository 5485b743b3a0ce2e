# shellcheck shell=bash
# Sourced by demo.sh: the home directory, what is remembered in it, and what runs for it.

# The state file is replaced whole, so a kill leaves the old or the new one. state JQ-FILTER [JQ-ARGUMENTS...]
state() {
  local filter=$1
  shift
  jq "$@" "$filter" "$home/state.json" >"$home/state.json.new"
  mv "$home/state.json.new" "$home/state.json"
}
remembered() { jq -r "$1" "$home/state.json"; }

open_home() {
  mkdir -p "$home"/{lake,segments,quarantine,drop,keys,logs,run} || fail "$home cannot be made: choose another place with --home DIR."
  home=$(cd "$home" && pwd -P)
  chmod 700 "$home/keys"
  exec 9>"$home/run/lock"
  flock -n 9 || fail "another demo runs on $home: stop that one, or choose another --home."
  [ -s "$home/state.json" ] || printf '{"version":1,"fed":[],"feeding":null}\n' >"$home/state.json"
  jq -e '.version == 1' "$home/state.json" >/dev/null 2>&1 || fail "$home/state.json is not the state of this demo: choose another --home."
  [ -s "$home/keys/masking" ] || (umask 077 && head -c 32 /dev/urandom | base64 -w 0 >"$home/keys/masking")
  [ -s "$home/keys/quarantine" ] || (umask 077 && head -c 32 /dev/urandom | base64 -w 0 >"$home/keys/quarantine")
}

# The kernel's start time tells a program from a stranger that was given its number; nothing for one that is dead and not buried.
started_at() { { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null || :; } | awk '$1 != "Z" { print $20 }'; }
is_running() {
  local pid start
  [ -s "$home/run/$1.pid" ] && read -r pid start <"$home/run/$1.pid" && [ -n "$start" ] && [ "$(started_at "$pid")" = "$start" ]
}

# start NAME COMMAND...: in the background, away from the terminal's Ctrl-C, with its output in logs/NAME.log.
start() {
  local name=$1 pid
  shift
  setsid "$@" >>"$home/logs/$name.log" 2>&1 </dev/null 9>&- &
  pid=$!
  echo "$pid $(started_at "$pid")" >"$home/run/$name.pid"
}

# stop NAME [SECONDS]: asks, waits, and insists.
stop() {
  local pid deadline=$((SECONDS + ${2:-20}))
  if is_running "$1"; then
    read -r pid _ <"$home/run/$1.pid"
    kill "$pid" 2>/dev/null || :
    while is_running "$1" && [ $SECONDS -lt "$deadline" ]; do sleep 0.1; done
    if is_running "$1"; then kill -9 "$pid" 2>/dev/null || :; fi
  fi
  rm -f "$home/run/$1.pid"
}

stop_everything() {
  stop feed
  stop app 30
  stop broker
  stop apis
  stop queues
  stop_postgres
  stop_s3
}

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    port_is_taken "$port" || break
  done
  echo "$port"
}
