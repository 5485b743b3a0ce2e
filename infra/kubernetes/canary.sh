#!/usr/bin/env bash
# Lets one pod of a new image work beside the old ones for a while, and says whether it may go on.
#   infra/kubernetes/canary.sh ROLE IMAGE MINUTES      ROLE is streams or orchestration; PIPELINE_URL answers /api/status
# Safe because of the ledger: two versions that land or publish the same thing are two workers, of which one wins. A role that is scaled
# to zero has nothing to share; its canary then only shows that the image starts.
set -euo pipefail
role=${1:?"Name a role: streams or orchestration."}
image=${2:?"Name the image."}
minutes=${3:?"Say for how many minutes."}
url=${PIPELINE_URL:?"Set PIPELINE_URL to the address of the HTTP role."}
name=pipeline-$role-canary
kube() { kubectl --namespace pipeline "$@"; }
trap 'kube delete deployment "$name" --ignore-not-found --wait=false' EXIT

# Alerts, failed publications and refused rows: what must not rise faster than before.
state() {
  curl --fail --silent --show-error --max-time 30 "$url/api/status" | jq -c '
    def total(f): [.datasets[] | f] | add // 0;
    {alerts: .alerts_open, failed: total(.publications_failed), rows: total(.rows_in), rejected: total(.rejected)}'
}

before=$(state)
kube get deployment "pipeline-$role" --output json | jq --arg name "$name" --arg role "$role-canary" --arg image "$image" '
  {apiVersion, kind, metadata: {name: $name}, spec: {replicas: 1, template: .spec.template, selector: .spec.selector}}
  | .spec.selector.matchLabels["app.kubernetes.io/component"] = $role
  | .spec.template.metadata.labels["app.kubernetes.io/component"] = $role
  | .spec.template.spec.containers[0].image = $image' | kube apply --filename -
kube rollout status "deployment/$name" --timeout=5m

end=$((SECONDS + minutes * 60))
while [ $SECONDS -lt $end ]; do
  sleep 30
  restarts=$(kube get pods --selector "app.kubernetes.io/component=$role-canary" --output json \
    | jq '[.items[].status.containerStatuses[]?.restartCount] | add // 0')
  if [ "$restarts" -gt 0 ]; then
    printf 'canary: the new image was restarted; its last log:\n' >&2
    kube logs "deployment/$name" --previous --tail=50 >&2 || :
    exit 1
  fi
done

after=$(state)
printf 'before %s\nafter  %s\n' "$before" "$after"
jq --exit-status --null-input --argjson before "$before" --argjson after "$after" '
  def share($s): if $s.rows == 0 then 0 else $s.rejected / $s.rows end;
  $after.alerts <= $before.alerts and $after.failed <= $before.failed and share($after) <= share($before) + 0.001' >/dev/null || {
  printf 'canary: alerts, failed publications or refused rows rose while the new image worked.\n' >&2
  exit 1
}
