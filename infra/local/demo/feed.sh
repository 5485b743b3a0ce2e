# shellcheck shell=bash
# Sourced by demo.sh: feeds a file once for each home, whatever was killed in between.
#
# state.json says what is fed and what is being fed. A file counts as fed when the ledger holds all of its records. The broker forgets
# its log when it stops, so a new file begins a new generation of positions; a file whose feed was interrupted is fed again from its
# start in the same generation: the feeder gives every record the offset it had, and the ledger crops what it landed already.

feed_pid='' fed_records='' fed_bytes='' landed_and_published=''

has_fed() { jq -e --arg sha "$1" 'any(.fed[]; .sha256 == $sha and .complete)' "$home/state.json" >/dev/null; }
sha_of() { sha256sum <"$1" | cut -d ' ' -f 1; }
ledger_exists() { [ "$(postgres_sql pipeline "SELECT to_regclass('pipeline.source_cursor') IS NOT NULL")" = t ]; }
landed_positions() {
  ledger_exists || return 0
  postgres_sql pipeline "SELECT stream || ' ' || next_position FROM pipeline.source_cursor
    WHERE dataset = '$dataset' AND next_position > 0 ORDER BY stream"
}

# An operator's step for a topic that begins anew: without it the app stops the streams rather than confuse their offsets.
begin_generation() {
  [ "$(remembered '.fed == []')" = false ] || return 0
  step "Beginning a new generation of positions, because the broker's topic is a new one" "$home/logs/generation.log" \
    "$pipeline" generation raise --dataset "$dataset"
}

# feed_file FILE SHA: from the start, or again after an interruption.
feed_file() {
  local file=$1 sha=$2
  [ "$(remembered '.feeding.sha256 // ""')" = "$sha" ] ||
    state '.feeding = {file: $file, sha256: $sha, timestamp: (now * 1000 | floor), begun: false}' --arg file "$file" --arg sha "$sha"
  start_broker
  : >"$home/run/landed"
  if [ "$(remembered .feeding.begun)" = true ]; then
    landed_positions >"$home/run/landed"
  else
    begin_generation
    state '.feeding.begun = true'
  fi
  if [ -s "$home/run/landed" ]; then
    say "Feeding $file again, because its feed was interrupted: the ledger knows what it has landed of it"
    rm -f "$home/run/caught-up"
    start_feed "$file" --landed "$home/run/landed" --caught-up-file "$home/run/caught-up"
    await_caught_up
    start_app
  else
    start_app
    say "Feeding $file"
    start_feed "$file"
  fi
  follow
}

start_feed() {
  local file=$1
  shift
  : >"$home/logs/feed.log"
  start feed "$sandbox" feed --brokers "$KafkaBrokers" --topic "$topic" --topic-partitions 16 --group "$group" --file "$file" \
    --timestamp "$(remembered .feeding.timestamp)" --json "$@"
  feed_pid=$!
}

await_caught_up() {
  while [ ! -s "$home/run/caught-up" ]; do
    [ -z "$feed_pid" ] || is_running feed || finish_feed
    progress "giving the broker again what was landed: $(tail -n 1 "$home/logs/feed.log")"
    sleep 0.2
  done
}

# The feeder ended: how many records there are, or its reason.
finish_feed() {
  local code=0
  wait "$feed_pid" || code=$?
  feed_pid=''
  [ $code = 0 ] || fail "the feed ended early: $(tail -n 1 "$home/logs/feed.log")"
  fed_records=$(tail -n 1 "$home/logs/feed.log" | jq .records)
  fed_bytes=$(tail -n 1 "$home/logs/feed.log" | jq .bytes)
}

mark_fed() {
  state '.fed += [{file: .feeding.file, sha256: .feeding.sha256, records: $records, bytes: $bytes, complete: true}] | .feeding = null' \
    --argjson records "$fed_records" --argjson bytes "$fed_bytes"
}

# The interrupted file is gone or was changed: what was landed of it stays, and counts.
abandon_feed() {
  local landed
  say "The feed of $(remembered .feeding.file) was interrupted, and that file is gone or has changed: what was landed of it stays."
  landed=$(landed_positions | awk '{ sum += $2 } END { print sum + 0 }')
  [ "$(remembered .feeding.begun)" = true ] || landed=0
  state '.fed += [{file: .feeding.file, sha256: .feeding.sha256, records: $landed, bytes: null, complete: false}] | .feeding = null' \
    --argjson landed "$landed"
}

# Waits until every record is landed, and every dataset published and visible; asks for the publication instead of waiting for its timer.
follow() {
  local seen='' moved=$SECONDS asked=0 landed
  while :; do
    is_running app || { tail -n 8 "$home/logs/app.log" >&2; fail "the function app ended: see $home/logs/app.log."; }
    [ -z "$feed_pid" ] || is_running feed || finish_feed
    read_status
    if [ -s "$home/run/status.json" ]; then
      [ "$(of_status '[.streams[] | select(.stopped != null)] | length')" = 0 ] ||
        fail "a stream was stopped: $(of_status 'first(.streams[] | select(.stopped != null)) | "\(.stream): \(.stopped)"')"
      [ "$(of_all .publications_failed)" = 0 ] || fail "a publication failed: see http://127.0.0.1:$app_port/ and $home/logs/app.log."
      landed=$(of_status '[.streams[].next_position // 0] | add // 0')
      if [ -z "$feed_pid" ] && [ -n "$fed_records" ] && [ "$landed" -ge "$fed_records" ]; then
        mark_fed
        fed_records=''
      fi
      if [ -z "$feed_pid$fed_records" ]; then
        [ "$(of_all '.segments_unpublished + .publications_open + .objects_unfinished')" != 0 ] || return 0
        if [ $((SECONDS - asked)) -ge 2 ]; then
          asked=$SECONDS
          curl -fs -m 10 -o "$home/run/asked" -X POST -H 'Content-Type: application/json' -d '{}' \
            "http://127.0.0.1:$app_port/admin/functions/PublishDue" || :
        fi
      fi
      show_progress
    fi
    if [ "$landed_and_published" != "$seen" ]; then
      seen=$landed_and_published
      moved=$SECONDS
    fi
    [ $((SECONDS - moved)) -lt 180 ] || fail "nothing moved for three minutes (${seen:-the app tells nothing}): see $home/logs/app.log."
    sleep 0.3
  done
}

show_progress() {
  local feeding=''
  [ -z "$feed_pid" ] || feeding=$(sed -n 's/^\([0-9,]* of [0-9,]*\) records.*/, \1 fed/p' "$home/logs/feed.log" | tail -n 1)
  landed_and_published="$(of_status "$numbers"'"\(.records_landed | grouped) landed, \(.rows_in | grouped) published"'), $(
    grouped "$(of_all .segments_unpublished)") segments and $(grouped "$(of_all .objects_unfinished)") objects to go"
  progress "$landed_and_published$feeding"
}
