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

# The joined table, campaigns added up over all days; ratios are made of sums.
print_ads() {
  say ""
  {
    printf 'Platform\tCampaign\tMoney\tClicks\tSpend\tCTR %%\tCPC\tCPM\tROAS\tSpend USD\tCPC USD\tCPM USD\tROAS USD\n'
    postgres_sql pipeline "SELECT platform, campaign_name, currency, to_char(sum(clicks), 'FM999,999,999'), to_char(sum(spend), 'FM999,999,990.00'),
        round(100.0 * sum(clicks) / nullif(sum(impressions), 0), 2), round(sum(spend) / nullif(sum(clicks), 0), 2),
        round(1000 * sum(spend) / nullif(sum(impressions), 0), 2), round(sum(conversions_value) / nullif(sum(spend), 0), 2),
        to_char(sum(spend_base), 'FM999,999,990.00'), round(sum(spend_base) / nullif(sum(clicks), 0), 2),
        round(1000 * sum(spend_base) / nullif(sum(impressions), 0), 2), round(sum(conversions_value_base) / nullif(sum(spend_base), 0), 2)
      FROM warehouse.ad_performance_metrics WHERE level = 'campaign'
      GROUP BY platform, account_id, campaign_id, campaign_name, currency ORDER BY platform, account_id, sum(spend) DESC"
  } | table
  say ""
  {
    printf 'CleverTap project\tEvent\tFrom\tTo\tEvents\n'
    postgres_sql pipeline "SELECT account_id, event_name, min(event_date), max(event_date), to_char(count(*), 'FM999,999,999')
      FROM warehouse.clevertap_events GROUP BY account_id, event_name ORDER BY account_id, event_name"
  } | table
}

# The tables hold what the providers say; the day before yesterday is over everywhere.
check_providers() {
  local account
  [ "$(of_all 'if .dataset | test("^(ad_performance|ad_entities|facebook_|google_ads_|clevertap_|bigquery_|relational_)") then .rejected else 0 end')" = 0 ] ||
    fail "records of providers were refused: see http://127.0.0.1:$app_port/api/status and $Quarantine__Root."
  for account in "${facebook_accounts[@]}"; do check_ads facebook facebook "$account" .link_clicks; done
  for account in "${google_accounts[@]}"; do check_ads google_ads google "$account" .clicks; done
  for account in "${clevertap_accounts[@]}"; do check_events "$account"; done
  say ""
  say "${green}The providers say the same of ${#facebook_accounts[@]} accounts of Facebook, ${#google_accounts[@]} of Google Ads and ${#clevertap_accounts[@]} of CleverTap;" \
    "$(postgres_sql pipeline "SELECT count(*) FROM pipeline.restatement_log WHERE source <> 'attribution'") days were restated.$plain"
}

# check_ads SOURCE NAME ACCOUNT JQ: impressions, clicks and spend in millionths, of campaigns and of ads.
check_ads() {
  local from to truth table
  from=$(backfill_from "$1")
  to=$(day 2)
  truth=$(truth_of "$2" "$3" "$from" "$to" "map(select(.level == \"campaign\" or .level == \"ad\"))
    | [(map(.impressions | tonumber) | add), (map($4 | tonumber) | add), (map(.spend | tonumber * 1e6 | round) | add)] | map(. // 0) | @tsv")
  table=$(postgres_sql pipeline "SELECT coalesce(sum(impressions), 0), coalesce(sum(clicks), 0), coalesce(sum(spend * 1000000)::bigint, 0)
    FROM warehouse.ad_performance WHERE platform = '$1' AND account_id = '$3' AND report_date BETWEEN '$from' AND '$to'")
  [ "$table" = "$truth" ] || fail "account $3 of $1 has $truth (impressions, clicks, millionths spent) and the table holds $table."
}

check_events() {
  local from to truth table
  from=$(backfill_from clevertap)
  to=$(day 2)
  truth=$(truth_of clevertap "$1" "$from" "$to" "map(select(.event == \"$clevertap_event\")) | length")
  table=$(postgres_sql pipeline "SELECT count(*) FROM warehouse.clevertap_events WHERE account_id = '$1' AND event_date BETWEEN '$from' AND '$to'")
  [ "$table" = "$truth" ] || fail "project $1 of clevertap has $truth events and the table holds $table."
}

# truth_of NAME ACCOUNT FROM TO JQ: the Sandbox's own word, past the APIs.
truth_of() { curl -fs -m 60 "$apis_url/sandbox/truth/$1?account=$2&from=$3&to=$4" | jq -r "$5"; }

print_places() {
  say ""
  {
    printf 'Where\t\n'
    printf 'lake\t%s\n' "$Lake__Root"
    printf 'quarantine\t%s\n' "$Quarantine__Root"
    printf 'dropped files\t%s\n' "$Drop__Root"
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
    [ -n "$once" ] || printf 'advertising figures\t%s -h 127.0.0.1 -p %s -U postgres pipeline -c "SELECT * FROM warehouse.ad_performance_metrics LIMIT 5"\n' \
      "$postgres_programs/psql" "$postgres_port"
    [ -n "$once" ] || printf 'attributed conversions\t%s -h 127.0.0.1 -p %s -U postgres pipeline -c "SELECT * FROM warehouse.attributions LIMIT 5"\n' \
      "$postgres_programs/psql" "$postgres_port"
    [ -n "$once" ] || printf 'files of your own\tcp FILE %s/clicks/\n' "$Drop__Root"
    [ "$lake" = s3 ] || printf "the lake\tduckdb -c \"SELECT event_date, event_name, count(*) FROM '%s/user_actions/**/*.parquet' GROUP BY ALL\"\n" "$Lake__Root"
    printf 'why records were refused\tjq -c "{code, field, message}" %s/user_actions/*.ndjson | sort | uniq -c\n' "$Quarantine__Root"
    printf 'events of your own\t%s --home %s --events FILE   (a JSON object a line)\n' infra/local/demo.sh "$home"
  } | table
  say ""
}
