# shellcheck shell=bash
# Sourced by demo.sh: an SQS server of its own, whose queue delivers logins; the app masks and loads them.

queue_server=$PWD/tests/Servers/Sqs
logins=$PWD/sample-data/logins/user_logins.ndjson
queue_port='' queue_url='' dead_letter_url=''

# Its messages are in memory. It runs until its input ends, so it is given one that never does.
start_queues() {
  local wait
  install_npm "$home/logs/npm.log" "$queue_server"
  queue_port=$(free_port)
  [ -p "$home/run/open" ] || mkfifo "$home/run/open"
  # shellcheck disable=SC2016
  start queues bash -c 'cd "$1" && exec node_modules/node/bin/node serve.mjs 0 "$2" 0<>"$3"' _ "$queue_server" "$queue_port" "$home/run/open"
  for wait in $(seq 300); do
    if port_is_taken "$queue_port"; then break; fi
    is_running queues && [ "$wait" != 300 ] || fail "the SQS server did not start: see $home/logs/queues.log."
    sleep 0.1
  done
  queue_url=$(ask_sqs CreateQueue '{"QueueName": "user-logins"}' | jq -r .QueueUrl)
  dead_letter_url=$(ask_sqs CreateQueue '{"QueueName": "user-logins-dead"}' | jq -r .QueueUrl)
}

ask_sqs() {
  curl -fs -m 10 -X POST "http://127.0.0.1:$queue_port/" -H 'Content-Type: application/x-amz-json-1.0' -H "X-Amz-Target: AmazonSQS.$1" --data-binary "$2" ||
    fail "the SQS server did not take $1: see $home/logs/queues.log."
}

export_queue_settings() {
  export AWS_ACCESS_KEY_ID=${AWS_ACCESS_KEY_ID:-demo} AWS_SECRET_ACCESS_KEY=${AWS_SECRET_ACCESS_KEY:-demo}
  export Sqs__Endpoint=http://127.0.0.1:$queue_port Sqs__Queues__user_logins__Region=us-east-1
  export Sqs__Queues__user_logins__Url=$queue_url Sqs__Queues__user_logins__DeadLetterUrl=$dead_letter_url
}

# Once for each home: a message that is sent twice is two messages.
send_logins() {
  local batch
  [ "$(remembered '.logins // false')" = false ] || return 0
  say "Sending $(wc -l <"$logins") logins to the queue user-logins"
  state '.logins = true'
  jq -cnR '[inputs] | _nwise(10) | {Entries: (to_entries | map({Id: "\(.key)", MessageBody: .value}))}' <"$logins" |
    jq -c --arg queue "$queue_url" '.QueueUrl = $queue' | while read -r batch; do ask_sqs SendMessageBatch "$batch" >>"$home/logs/queues.log"; done
}

print_logins() {
  local expected loaded moved=$SECONDS
  expected=$(jq .table_rows "${logins%/*}/expected.json")
  while :; do
    loaded=$(postgres_sql pipeline 'SELECT count(*) FROM warehouse.user_logins' 2>>"$home/logs/queues.log" || echo 0)
    [ "$loaded" != "$expected" ] || break
    progress "$loaded of $expected logins loaded"
    [ $((SECONDS - moved)) -lt 120 ] || fail "$loaded of $expected logins were loaded: see $home/logs/app.log."
    sleep 0.5
  done
  say ""
  {
    printf 'Login\tUser\tAt\tDevice\tDevice id\tAddress\tNetwork\n'
    postgres_sql pipeline "SELECT login_id, user_id, to_char(login_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), device_type,
      coalesce(left(device_id, 14) || '…', '-'), coalesce(left(ip, 14) || '…', '-'), coalesce(ip_network, '-')
      FROM warehouse.user_logins ORDER BY login_at DESC LIMIT 5"
  } | table
  say ""
  say "${green}All $expected logins are loaded once, devices and addresses masked;" \
    "$(postgres_sql pipeline "SELECT count(*) FROM pipeline.queue_message WHERE code IS NOT NULL") messages that are none are in the dead letter queue.$plain"
}
