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

state() { "$ask" /api/status | jq -c '{alerts: .alerts_open, failed: ([.datasets[].publications_failed] | add // 0)}'; }
# Rows that went into publications after an id, and how many of them were refused, for each dataset. Not the counts of /api/status: they are
# since ever, so that a long history hides anything, and they fall when what was published is replaced.
# shellcheck disable=SC2016 # $after is jq's.
sums='[.publications[] | select(.id > $after and .rows_in != null)] | group_by(.dataset)
  | map({dataset: .[0].dataset, rows: (map(.rows_in) | add), rejected: (map(.rejected) | add)})'
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
newest=$("$ask" '/api/publications?limit=1' | jq '.publications[0].id // 0')
kubectl apply --server-side --field-manager=pipeline --filename "$folder/manifest" --selector "app.kubernetes.io/component=$role-canary"
kube rollout status "deployment/$name" --timeout=5m

# Sets verdict to bad, good, or undecided where too little was published to tell. What a dataset refused is compared with what is usual in
# its latest hundred publications: a bad day of long ago excuses nothing.
judge() {
  local after now usual each
  verdict=undecided
  after=$(state)
  now=$("$ask" '/api/publications?limit=500' | jq -c --argjson after "$newest" "$sums | .[] | select(.rows >= $enough)")
  printf 'before: %s, after: %s\n' "$before" "$after"
  while read -r each; do
    [ -n "$each" ] || continue
    usual=$("$ask" "/api/publications?dataset=$(jq -r .dataset <<<"$each")&before=$((newest + 1))&limit=100" \
      | jq -c --argjson after 0 "$sums | .[0] // {rows: 0, rejected: 0}")
    printf 'now: %s, usual: %s\n' "$each" "$usual"
    if jq --exit-status --null-input --argjson now "$each" --argjson usual "$usual" '
      $now.rejected / $now.rows > (if $usual.rows > 0 then $usual.rejected / $usual.rows else 0 end) + 0.001' >/dev/null; then
      verdict=bad
    elif [ $verdict = undecided ]; then
      verdict=good
    fi
  done <<<"$now"
  jq --exit-status --null-input --argjson before "$before" --argjson after "$after" \
    '$after.alerts <= $before.alerts and $after.failed <= $before.failed' >/dev/null || verdict=bad
}

watch
judge
if [ $verdict = undecided ]; then
  printf 'canary: of no dataset were %s rows published in %s minutes; waiting as long again.\n' "$enough" "$minutes"
  watch
  judge
fi
case $verdict in
  bad) printf 'canary: alerts, failed publications or refused rows rose while the new image worked.\n' >&2; exit 1 ;;
  undecided) printf 'canary: too little was published to judge refused rows; undecided, and nothing else speaks against the image.\n' ;;
esac
