#!/usr/bin/env bash
# Lets one pod of a release work beside the old ones for a while, and says whether it may go on. deploy.sh calls it when the ledger is
# migrated and the settings of the release are there.
#   infra/kubernetes/canary.sh ROLE RELEASE MINUTES      ROLE is streams or orchestration; RELEASE the folder that kustomize builds it from
# Safe because of the ledger: two versions that land or publish the same thing are two workers, of which one wins. A role that is scaled
# to zero has nothing to share; its canary then only shows that the image starts.
set -euo pipefail
role=${1:?"Name a role: streams or orchestration."}
release=${2:?"Name the folder of the release."}
minutes=${3:?"Say for how many minutes."}
ask=$(cd "$(dirname "$0")" && pwd)/ask.sh
name=pipeline-$role-canary
# Fewer rows of a dataset say nothing of it.
enough=1000
kube() { kubectl --namespace pipeline "$@"; }
folder=$(mktemp -d "$release-canary-XXXXXX")
trap 'rm -rf "$folder"; kube delete deployment "$name" --ignore-not-found --wait=false' EXIT

# Alerts, failed publications, and what was published and refused of each dataset: counts since ever.
state() {
  "$ask" /api/status | jq -c '{
    alerts: .alerts_open, failed: ([.datasets[].publications_failed] | add // 0),
    datasets: [.datasets[] | {key: .dataset, value: {rows: .rows_in, rejected}}] | from_entries}'
}
# Which share of each dataset was refused lately. The share since ever says little of today: one bad day long ago would excuse this one.
recent() {
  "$ask" '/api/publications?limit=500' | jq -c '
    [.publications[] | select(.rows_in > 0)] | group_by(.dataset)
    | map({key: .[0].dataset, value: ((map(.rejected) | add) / (map(.rows_in) | add))}) | from_entries'
}
watch() {
  local look restarts
  for ((look = 0; ; look++)); do
    restarts=$(kube get pods --selector "app.kubernetes.io/component=$role-canary" --output json \
      | jq '[.items[].status.containerStatuses[]?.restartCount] | add // 0')
    if [ "$restarts" -gt 0 ]; then
      printf 'canary: the new image was restarted; its last log:\n' >&2
      kube logs "deployment/$name" --previous --tail=50 >&2 || :
      exit 1
    fi
    [ $look -lt $((minutes * 2)) ] || break
    sleep 30
  done
}

# The role as the release has it, with labels that neither its scaling nor its budget counts.
{
  printf 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../%s]\n' "$(basename "$release")"
  printf 'patches:\n  - target: {kind: Deployment, name: pipeline-%s}\n    options: {allowNameChange: true}\n    patch: |-\n' "$role"
  printf '      - {op: replace, path: /metadata/name, value: %s}\n      - {op: add, path: /spec/replicas, value: 1}\n' "$name"
  for labels in /metadata/labels /spec/selector/matchLabels /spec/template/metadata/labels; do
    printf '      - {op: replace, path: %s/app.kubernetes.io~1component, value: %s-canary}\n' "$labels" "$role"
  done
} >"$folder/kustomization.yaml"
kubectl kustomize "$folder" >"$folder/manifest"

before=$(state)
usual=$(recent)
kubectl apply --server-side --field-manager=pipeline --filename "$folder/manifest" --selector "app.kubernetes.io/component=$role-canary"
kube rollout status "deployment/$name" --timeout=5m

# "bad", "good", or "undecided" where too little was published to tell.
judge() {
  jq --raw-output --null-input --argjson before "$before" --argjson after "$after" --argjson usual "$usual" --argjson enough "$enough" '
    [$after.datasets | to_entries[] | .key as $name | ($before.datasets[$name] // {rows: 0, rejected: 0}) as $old
      | {rows: (.value.rows - $old.rows), rejected: (.value.rejected - $old.rejected),
         usual: ($usual[$name] // (if $old.rows > 0 then $old.rejected / $old.rows else 0 end))}
      | select(.rows >= $enough)] as $judged
    | if $after.alerts > $before.alerts or $after.failed > $before.failed
        or any($judged[]; .rejected / .rows > .usual + 0.001) then "bad"
      elif $judged == [] then "undecided" else "good" end'
}
watch
after=$(state)
verdict=$(judge)
if [ "$verdict" = undecided ]; then
  printf 'canary: of no dataset were %s rows published in %s minutes; waiting as long again.\n' "$enough" "$minutes"
  watch
  after=$(state)
  verdict=$(judge)
fi
printf 'before %s\nafter  %s\nusual  %s\n' "$before" "$after" "$usual"
case $verdict in
  bad) printf 'canary: alerts, failed publications or refused rows rose while the new image worked.\n' >&2; exit 1 ;;
  undecided) printf 'canary: too little was published to judge refused rows; undecided, and nothing else speaks against the image.\n' ;;
esac
