# shellcheck shell=bash
# Sourced by demo.sh: the function app and the broker it reads.

build() {
  local project
  for project in functions/App sample-data/Sandbox; do dotnet build "$project" -c Release -v q -nologo -p:UseSharedCompilation=false || return 1; done
}

# The app's settings, as local.settings.sample.json documents them.
export_settings() {
  LocalHost__Postgres="Host=127.0.0.1;Port=$postgres_port;Username=postgres;Database=pipeline"
  Ledger__ConnectionString=$LocalHost__Postgres
  LocalHost__Urls=http://127.0.0.1:$app_port
  UserActionsTopic=$topic
  ImpressionsTopic=ad-impressions ClicksTopic=clicks ConversionsTopic=conversions BidRequestsTopic=bid-requests
  Drop__Root=$home/drop DropSchedule="*/5 * * * * *"
  KafkaGroup=$group
  Publish__MaxAge=00:00:02
  PublishSchedule="*/5 * * * * *"
  SweepSchedule="0 * * * * *"
  HealthSchedule="30 * * * * *"
  AttributeSchedule="*/15 * * * * *"
  Quarantine__SealingKey=$(cat "$home/keys/quarantine")
  Masking__Keys__1__Key=$(cat "$home/keys/masking")
  DrainSchedule="*/5 * * * * *"
  AlertSchedule="*/5 * * * * *"
  local root=$home
  if [ "$lake" = s3 ]; then
    root=s3://$s3_bucket
    export S3__Endpoint=http://127.0.0.1:$s3_port S3__Region=us-east-1 S3__PathStyle=true
    export AWS_ACCESS_KEY_ID=$s3_key AWS_SECRET_ACCESS_KEY=$s3_secret
  fi
  Lake__Root=$root/lake Segments__Root=$root/segments Quarantine__Root=$home/quarantine
  export LocalHost__Postgres LocalHost__Urls Ledger__ConnectionString Lake__Root Segments__Root Quarantine__Root Quarantine__SealingKey Drop__Root
  export UserActionsTopic ImpressionsTopic ClicksTopic ConversionsTopic BidRequestsTopic KafkaGroup Masking__Keys__1__Key Publish__MaxAge
  export PublishSchedule SweepSchedule HealthSchedule AlertSchedule AttributeSchedule DrainSchedule DropSchedule
  export_queue_settings
  export_provider_settings
  export_warehouse_settings
}

# Its log is in memory, so each start is an empty topic.
start_broker() {
  local wait
  stop broker
  rm -f "$home/run/broker-address"
  start broker "$sandbox" broker --topics "$topic:16" --port-file "$home/run/broker-address"
  for wait in $(seq 300); do
    [ ! -s "$home/run/broker-address" ] || break
    is_running broker && [ "$wait" != 300 ] || fail "the Sandbox's broker did not start: see $home/logs/broker.log."
    sleep 0.1
  done
  KafkaBrokers=$(cat "$home/run/broker-address")
  export KafkaBrokers
}

start_app() {
  local wait
  say "Starting the function app on http://127.0.0.1:$app_port"
  rm -f "$home"/run/{all,status}.json
  start app "$pipeline"
  for wait in $(seq 600); do
    curl -fs -o "$home/run/ready" -m 2 "http://127.0.0.1:$app_port/health/ready" && break
    is_running app || { tail -n 8 "$home/logs/app.log" >&2; fail "the function app ended: see $home/logs/app.log."; }
    [ "$wait" != 600 ] || fail "the function app was not ready within a minute: see $home/logs/app.log."
    sleep 0.1
  done
  state '.addresses = $addresses | .paths = $paths' \
    --argjson addresses "$(jq -n --arg app "http://127.0.0.1:$app_port" --arg kafka "$KafkaBrokers" --arg postgres "$LocalHost__Postgres" \
      --arg s3 "${S3__Endpoint:-}" '{app: $app, kafka: $kafka, postgres: $postgres, s3: (if $s3 == "" then null else $s3 end)}')" \
    --argjson paths "$(jq -n --arg lake "$Lake__Root" --arg segments "$Segments__Root" --arg quarantine "$Quarantine__Root" \
      --arg home "$home" '{lake: $lake, segments: $segments, quarantine: $quarantine, postgres: ($home + "/postgres"), logs: ($home + "/logs")}')"
}

# What the app tells of all datasets, and the events' part of it; nothing new when it does not answer.
read_status() {
  curl -fs -m 10 "http://127.0.0.1:$app_port/api/status" -o "$home/run/status.new" || return 0
  jq --arg dataset "$dataset" '.datasets[] | select(.dataset == $dataset)' "$home/run/status.new" >"$home/run/dataset.new"
  mv "$home/run/status.new" "$home/run/all.json"
  mv "$home/run/dataset.new" "$home/run/status.json"
}
of_status() { jq -r "$1" "$home/run/status.json"; }
# The sum over all datasets.
of_all() { jq -r "[.datasets[] | $1] | add" "$home/run/all.json"; }
