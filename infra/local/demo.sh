#!/usr/bin/env bash
# The whole pipeline on one Debian machine that has the .NET SDK: a private PostgreSQL, a Kafka broker and an SQS server in memory, and the
# function app; feeds events, drops files of ad events, sends logins, extracts figures from three providers that the Sandbox plays, and shows
# what becomes of them. Installs what is missing, says what, asks nothing.
set -eEuo pipefail
started_in=$PWD
cd "$(dirname "$0")/../.."

# The parts of this script share these.
home=$PWD/.demo
events=$PWD/sample-data/user-actions/user_actions.ndjson
once='' lake=folder app_port=7071 postgres_port=15432
dataset=user_actions topic=user-actions group=pipeline
pipeline=$PWD/functions/App/bin/Release/net10.0/pipeline
sandbox=$PWD/sample-data/Sandbox/bin/Release/net10.0/sandbox

usage() {
  cat <<USAGE
Usage: infra/local/demo.sh [--once] [--home DIR] [--events FILE] [--s3] [--port N] [--postgres-port N]

  --once             stop when everything is published; the exit code is 0 when every record is accounted for and
                     the providers say what the tables hold
  --home DIR         where everything is kept ($home)
  --events FILE      feed this file, a JSON event a line, instead of the sample events
  --s3               keep the lake on an S3 server started for the purpose instead of in a folder
  --port N           the function app's port on 127.0.0.1 ($app_port)
  --postgres-port N  PostgreSQL's port on 127.0.0.1 ($postgres_port)

A home feeds a file once: run it again, kill it, run it with another file; every event is loaded once.
USAGE
}

# shellcheck source=infra/local/demo/screen.sh
. infra/local/demo/screen.sh
# shellcheck source=infra/local/install.sh
. infra/local/install.sh
# shellcheck source=infra/local/demo/home.sh
. infra/local/demo/home.sh
# shellcheck source=infra/local/demo/postgres.sh
. infra/local/demo/postgres.sh
# shellcheck source=infra/local/demo/s3.sh
. infra/local/demo/s3.sh
# shellcheck source=infra/local/demo/app.sh
. infra/local/demo/app.sh
# shellcheck source=infra/local/demo/feed.sh
. infra/local/demo/feed.sh
# shellcheck source=infra/local/demo/providers.sh
. infra/local/demo/providers.sh
# shellcheck source=infra/local/demo/warehouses.sh
. infra/local/demo/warehouses.sh
# shellcheck source=infra/local/demo/ads.sh
. infra/local/demo/ads.sh
# shellcheck source=infra/local/demo/logins.sh
. infra/local/demo/logins.sh
# shellcheck source=infra/local/demo/summary.sh
. infra/local/demo/summary.sh

# What the person named is meant from where the person stands.
from_where_started() { (cd "$started_in" && realpath -m -- "$1"); }

while [ $# -gt 0 ]; do
  case $1 in
    --once) once=1 ;;
    --s3) lake=s3 ;;
    --help | -h) usage; exit 0 ;;
    --home | --events | --port | --postgres-port)
      [ -n "${2:-}" ] || fail "$1 needs a value: infra/local/demo.sh --help tells which."
      case $1 in
        --home) home=$(from_where_started "$2") ;;
        --events) events=$(from_where_started "$2") ;;
        --port) app_port=$2 ;;
        --postgres-port) postgres_port=$2 ;;
      esac
      shift
      ;;
    *) fail "'$1' is no option: infra/local/demo.sh --help lists them." ;;
  esac
  shift
done
for port in "$app_port" "$postgres_port"; do
  if ! [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || [ "$port" -gt 65535 ]; then fail "'$port' is no port: write a number from 1 to 65535."; fi
done
if ! [ -f "$events" ] || ! [ -r "$events" ]; then fail "$events is not a file that can be read."; fi

say "${bold}Pipeline demo$plain in $home"
mkdir -p "$home/logs" || fail "$home cannot be made: choose another place with --home DIR."
sets=(base npm)
[ "$lake" = folder ] || sets+=(s3)
install_missing "$home/logs/install.log" "${sets[@]}"
postgres_programs=$(postgres_bin)
open_home
case $(remembered '.lake // ""'),$lake in
  folder,s3) fail "the lake of $home is a folder: run it without --s3, or choose another --home." ;;
  s3,folder) fail "the lake of $home is on its S3 server: run it with --s3, or choose another --home." ;;
esac

trap stop_everything EXIT
trap 'fail "$BASH_COMMAND failed (${BASH_SOURCE[0]##*/}, line $LINENO): see $home/logs."' ERR
trap 'say "Stopping"; exit 130' INT
trap 'say "Stopping"; exit 143' TERM
stop_everything
if port_is_taken "$app_port"; then
  fail "port $app_port on 127.0.0.1 is taken and the function app needs it: free it, or choose another with --port."
fi
# shellcheck disable=SC2016
state '.lake = $lake' --arg lake "$lake"
step "Building" "$home/logs/build.log" build
start_postgres
[ "$lake" = folder ] || start_s3
open_shop
start_apis
start_queues
export_settings

interrupted=$(remembered '.feeding.file // ""')
if [ -n "$interrupted" ] && [ "$(remembered .feeding.sha256)" != "$(sha_of "$events")" ]; then
  if [ -r "$interrupted" ] && [ "$(sha_of "$interrupted")" = "$(remembered .feeding.sha256)" ]; then
    feed_file "$interrupted" "$(remembered .feeding.sha256)"
    stop app 30
  else
    abandon_feed
  fi
fi
sha=$(sha_of "$events")
if has_fed "$sha"; then
  say "$events was fed to this home before: nothing to feed."
  start_broker
  begin_generation
  start_app
  follow
else
  feed_file "$events" "$sha"
fi

print_summary
check_counts
drop_ads
send_logins
extract
print_ads
check_providers
check_warehouses
attribute
print_campaigns
print_logins
print_places
print_next_steps
if [ -z "$once" ]; then
  say "The pipeline runs. Ctrl-C stops everything."
  read -r app_pid _ <"$home/run/app.pid"
  wait "$app_pid" || :
  fail "the function app ended: see $home/logs/app.log."
fi
