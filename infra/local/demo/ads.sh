# shellcheck shell=bash
# Sourced by demo.sh: ad servers, shops and exchanges drop files; the app attributes the conversions.

ad_files=$PWD/sample-data/adtech

# drop FILE FOLDER: whole, under another name until it is; a file of a home's earlier run is the same file.
drop() {
  mkdir -p "$Drop__Root/$2"
  cp -p "$ad_files/$1" "$Drop__Root/$2/$1.part"
  mv "$Drop__Root/$2/$1.part" "$Drop__Root/$2/$1"
}

drop_ads() {
  say ""
  say "Dropping files of impressions (JSON), clicks and conversions (CSV) and bid requests (Avro) into $Drop__Root"
  drop impressions.ndjson ad_impressions
  drop clicks.csv clicks
  drop conversions.csv conversions
  drop bid_requests.avro bid-requests
}

# Each planted journey's user, type of touch, time and creative, a line each: what is expected, and what the table says.
expected_journeys() {
  jq -r '.journeys[] | ('"$1"') as $touch | [.user_id, $touch.type, ($touch.at // "" | sub("\\.000Z$"; "Z")), $touch.creative_id // ""] | @tsv' \
    "$ad_files/expected.json" | sort
}
attributed_journeys() {
  postgres_sql pipeline "SELECT user_id, touch_type, coalesce(to_char(touch_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), ''),
    coalesce(touch_creative_id, '') FROM warehouse.attributions WHERE user_id LIKE 'journey-%'" | sort
}

# await_journeys JQ: until every planted journey is attributed as expected.json says.
await_journeys() {
  local left seen='' moved=$SECONDS
  expected_journeys "$1" >"$home/run/journeys.expected"
  while :; do
    is_running app || { tail -n 8 "$home/logs/app.log" >&2; fail "the function app ended: see $home/logs/app.log."; }
    attributed_journeys >"$home/run/journeys" 2>>"$home/logs/attribution.log" || : >"$home/run/journeys"
    left=$(comm -23 "$home/run/journeys.expected" "$home/run/journeys" | wc -l)
    [ "$left" != 0 ] || return 0
    progress "$(wc -l <"$home/run/journeys.expected") planted journeys, $left to be attributed"
    [ "$left" = "$seen" ] || { seen=$left moved=$SECONDS; }
    [ $((SECONDS - moved)) -lt 180 ] || fail "$left of the planted journeys are not attributed as $ad_files/expected.json says: compare $home/run/journeys."
    curl -fs -m 10 -o "$home/run/asked" -X POST -H 'Content-Type: application/json' -d '{}' "http://127.0.0.1:$app_port/admin/functions/PublishDue" || :
    curl -fs -m 10 -o "$home/run/asked" -X POST -H 'Content-Type: application/json' -d '{}' "http://127.0.0.1:$app_port/admin/functions/Attribute" || :
    sleep 1
  done
}

# A late click changes what was attributed; a home that has it already is past that.
attribute() {
  say ""
  say "Attributing the conversions to the clicks and views before them"
  [ -e "$Drop__Root/clicks/clicks_late.csv" ] || await_journeys '.touch_before_late_clicks // .touch'
  drop clicks_late.csv clicks
  await_journeys .touch
  follow
}

print_campaigns() {
  say ""
  jq -r "$numbers"'"Files\tRecords in\tRows out\tDuplicates\tRefused or filtered",
    (.datasets[] | select(.dataset | test("^(ad_impressions|clicks|conversions|bid_requests)$"))
      | "\(.dataset)\t\(.rows_in | grouped)\t\(.rows_out | grouped)\t\(.duplicates | grouped)\t\(.rejected | grouped)")' "$home/run/all.json" | table
  say ""
  {
    printf 'Campaign\tImpressions\tClicks\tConversions\tby click\tby view\tCTR %%\tCVR %%\tHours to convert\tValue USD\n'
    postgres_sql pipeline "SELECT coalesce(nullif(campaign_id, ''), '(none)'), impressions, clicks, conversions, click_conversions, view_conversions,
        coalesce(round(100 * ctr, 2)::text, '-'), coalesce(round(100 * cvr, 2)::text, '-'),
        coalesce(round(avg_seconds_to_convert / 3600, 1)::text, '-'), to_char(value_base, 'FM999,999,990.00')
      FROM warehouse.campaign_summary ORDER BY campaign_id"
  } | table
  say ""
  say "${green}All $(wc -l <"$home/run/journeys.expected") planted journeys are attributed as expected.json says; a late click took" \
    "$(jq '[.journeys[] | select(.touch_before_late_clicks)] | length' "$ad_files/expected.json") of them from a view.$plain"
}
