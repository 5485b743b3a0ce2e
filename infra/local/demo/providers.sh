# shellcheck shell=bash
# Sourced by demo.sh: the Sandbox plays Facebook Ads, Google Ads, CleverTap and BigQuery; the app extracts their days.
#
# Their figures follow from account and day, so a home asks for the same days again and finds nothing changed.

facebook_accounts=(1001 1002)
google_accounts=(1234567801 1234567802)
clevertap_accounts=(AAA-111-11ZZ BBB-222-22ZZ)
clevertap_zones=(Asia/Kolkata Europe/Berlin)
clevertap_event=Charged
# As the app's defaults have it.
declare -A lookback=([facebook]=28 [google_ads]=30 [clevertap]=3 [bigquery]=3 [relational]=7)
backfill_days=10

start_apis() {
  local wait
  stop apis
  rm -f "$home/run/apis-address"
  start apis "$sandbox" apis --port-file "$home/run/apis-address" --key-file "$home/keys/service-account.json"
  for wait in $(seq 300); do
    [ ! -s "$home/run/apis-address" ] || break
    is_running apis && [ "$wait" != 300 ] || fail "the Sandbox's provider APIs did not start: see $home/logs/apis.log."
    sleep 0.1
  done
  apis_url=$(cat "$home/run/apis-address")
  apis_url=${apis_url%/}
}

# What the Sandbox's README tells of its accounts.
export_provider_settings() {
  local i passcodes=(sandbox-passcode-a sandbox-passcode-b)
  export ExtractSchedule="0 0 3 * * *"
  export Facebook__BaseUrl=$apis_url Facebook__AccessToken=sandbox-facebook-demo Facebook__AppSecret=sandbox-app-secret Facebook__PollSeconds=1
  export GoogleAds__BaseUrl=$apis_url GoogleAds__TokenUrl=$apis_url/token GoogleAds__ClientId=sandbox-client.apps.googleusercontent.com
  export GoogleAds__ClientSecret=sandbox-client-secret GoogleAds__RefreshToken=sandbox-refresh-token GoogleAds__LoginCustomerId=9000000001
  export CleverTap__BaseUrl=$apis_url CleverTap__InProgressSeconds=0
  for i in 0 1; do
    export "Facebook__Accounts__$i=${facebook_accounts[i]}" "GoogleAds__Accounts__$i=${google_accounts[i]}"
    export "CleverTap__Projects__${i}__AccountId=${clevertap_accounts[i]}" "CleverTap__Projects__${i}__Passcode=${passcodes[i]}"
    export "CleverTap__Projects__${i}__TimeZone=${clevertap_zones[i]}" "CleverTap__Projects__${i}__Events__0=$clevertap_event"
  done
}

day() { date -u -d "$1 days ago" +%F; }
backfill_from() { day $((lookback[$1] + backfill_days - 1)); }
backfill_to() { day "${lookback[$1]}"; }

# The daily run, then the ten days before it. A problem ends the demo.
extract() {
  say ""
  say "Extracting what a daily run asks for: ${lookback[facebook]} days of Facebook, ${lookback[google_ads]} of Google Ads, ${lookback[clevertap]} of CleverTap, ${lookback[bigquery]} of BigQuery, ${lookback[relational]} of the shop's orders"
  extract_daily
  say "Backfilling the $backfill_days days before those, of the first three"
  backfill
  say "Publishing them"
  follow
}

# One orchestration for each account, named after it: an earlier run's is told by its time.
extract_daily() {
  local asked account instances=()
  asked=$(date -u +%FT%T)
  for account in "${facebook_accounts[@]}"; do instances+=("extract-facebook-$account"); done
  for account in "${google_accounts[@]}"; do instances+=("extract-google_ads-$account"); done
  for account in "${clevertap_accounts[@]}"; do instances+=("extract-clevertap-$account"); done
  instances+=("extract-bigquery-$bigquery_project" extract-relational-shop)
  curl -fs -m 10 -o "$home/run/asked" -X POST -H 'Content-Type: application/json' -d '{}' "http://127.0.0.1:$app_port/admin/functions/ExtractDaily" ||
    fail "the function app did not take the daily extraction: see $home/logs/app.log."
  # shellcheck disable=SC2016
  await_extraction 'map(select(.createdTime >= "'"$asked"'")) as $begun | {
    ended: ([$begun[] | select(.runtimeStatus == "Completed")] | length),
    problems: [$begun[] | if .runtimeStatus == "Failed" or .runtimeStatus == "Terminated" then "\(.instanceId): \(.output)" else .output.Problems[]? end],
    text: "\([$begun[] | .output.Extractions // .customStatus.WindowsDone // 0] | add // 0) windows of \(length) accounts extracted, \(
      [$begun[] | select(.output == null) | .customStatus.WindowsLeft // 0] | add // 0) to go"}' \
    "${instances[@]/#//runtime/webhooks/durabletask/instances/}"
}

backfill() {
  local source answer paths=()
  for source in facebook google_ads clevertap; do
    answer=$(curl -s -m 10 -X POST -H 'Content-Type: application/json' "http://127.0.0.1:$app_port/api/backfills" \
      -d "{\"source\": \"$source\", \"from\": \"$(backfill_from "$source")\", \"to\": \"$(backfill_to "$source")\"}") &&
      paths+=("/api/backfills/$(jq -er .id <<<"$answer")") || fail "the backfill of $source was not taken: $answer"
  done
  # shellcheck disable=SC2016
  await_extraction '{
    ended: ([.[] | select(.status == "Completed")] | length),
    problems: [.[] | if .status == "Failed" or .status == "Terminated" then "\(.id): \(.failure)" else .progress.Problems[]? end],
    text: (map("\(.progress.Source // "a source"): \(.progress.DaysDone // 0) of \(.progress.Days // 0) days") | join(", "))}' "${paths[@]}"
}

# await_extraction JQ PATH...: until all have ended; the filter makes {ended, problems, text} of their answers.
await_extraction() {
  local filter=$1 path seen='' moved=$SECONDS
  shift
  while :; do
    is_running app || { tail -n 8 "$home/logs/app.log" >&2; fail "the function app ended: see $home/logs/app.log."; }
    for path in "$@"; do curl -fs -m 10 "http://127.0.0.1:$app_port$path" || :; done | jq -s "$filter" >"$home/run/extraction.json"
    [ "$(jq '.problems | length' "$home/run/extraction.json")" = 0 ] ||
      fail "an extraction has problems: $(jq -r '.problems[0]' "$home/run/extraction.json") See $home/logs/app.log."
    [ "$(jq .ended "$home/run/extraction.json")" != $# ] || return 0
    path=$(jq -r .text "$home/run/extraction.json")
    progress "$path"
    [ "$path" = "$seen" ] || { seen=$path moved=$SECONDS; }
    [ $((SECONDS - moved)) -lt 180 ] || fail "nothing was extracted for three minutes ($seen): see $home/logs/app.log."
    sleep 0.5
  done
}
