# shellcheck shell=bash
# Sourced by demo.sh: what came of it.

print_summary() {
  say ""
  of_status "$numbers"'"Events\tRows",
    "in\t\(.rows_in | grouped)",
    "out, in the lake\t\(.rows_out | grouped)",
    "duplicates\t\(.duplicates | grouped)",
    "in quarantine\t\(.rejected | grouped)",
    "in table \(.table.name)\t\(.table.rows | grouped)"' | table
  if [ "$(of_status '.rejections | length')" != 0 ]; then
    say ""
    of_status "$numbers"'"Quarantined because\tField\tRecords", (.rejections | sort_by(-.records)[] | "\(.code)\t\(.field // "-" | if . == "" then "-" else . end)\t\(.records | grouped)")' | table
  fi
  if [ "$(of_status '.date_partitions | length')" != 0 ]; then
    say ""
    of_status "$numbers"'"Date partition\tObjects\tRows\tBytes", (.date_partitions | sort_by(.date)[] | "\(.date)\t\(.objects | grouped)\t\(.rows | grouped)\t\(.bytes | size)")' | table
  fi
}

# Every record is somewhere, once; the exit code says so.
check_counts() {
  local expected rows_in
  expected=$(remembered '[.fed[].records] | add // 0')
  rows_in=$(of_status .rows_in)
  [ "$(of_status '.rows_in == .rows_out + .duplicates + .rejected')" = true ] ||
    fail "the counts do not add up: $rows_in in, $(of_status '"\(.rows_out) out, \(.duplicates) duplicates, \(.rejected) in quarantine"')."
  [ "$rows_in" = "$expected" ] || fail "$expected records were fed to this home and $rows_in came in: see $home/logs/app.log."
  say ""
  say "${green}Every one of the $(jq -nr "$numbers"'$n | grouped' --argjson n "$expected") records fed is accounted for.$plain"
}

print_places() {
  say ""
  {
    printf 'Where\t\n'
    printf 'lake\t%s\n' "$Lake__Root"
    printf 'quarantine\t%s\n' "$Quarantine__Root"
    printf 'raw segments\t%s\n' "$Segments__Root"
    printf 'database\tpostgresql://postgres@127.0.0.1:%s/pipeline  (files: %s)\n' "$postgres_port" "$home/postgres"
    [ "$lake" = folder ] || printf 'S3 server\t%s  (key %s, secret in %s)\n' "$S3__Endpoint" "$s3_key" "$home/keys/s3"
    printf 'logs\t%s\n' "$home/logs"
    printf 'addresses, paths\t%s\n' "$home/state.json"
  } | table
}

# With --once everything is stopped again: only what works on files is worth a try.
print_next_steps() {
  say ""
  {
    printf '%s\t\n' "Try next"
    [ -z "$once" ] || printf 'keep it running\t%s --home %s\n' infra/local/demo.sh "$home"
    [ -n "$once" ] || printf 'where it stands\tcurl -s http://127.0.0.1:%s/api/status | jq .\n' "$app_port"
    [ -n "$once" ] || printf 'the table\t%s -h 127.0.0.1 -p %s -U postgres pipeline -c "SELECT * FROM %s LIMIT 5"\n' \
      "$postgres_programs/psql" "$postgres_port" "$(of_status .table.name)"
    [ "$lake" = s3 ] || printf "the lake\tduckdb -c \"SELECT event_date, event_name, count(*) FROM '%s/**/*.parquet' GROUP BY ALL\"\n" "$Lake__Root"
    printf 'why records were refused\tjq -c "{code, field, message}" %s/user_actions/*.ndjson | sort | uniq -c\n' "$Quarantine__Root"
    printf 'events of your own\t%s --home %s --events FILE   (a JSON object a line)\n' infra/local/demo.sh "$home"
  } | table
  say ""
}
