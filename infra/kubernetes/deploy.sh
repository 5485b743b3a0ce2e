#!/usr/bin/env bash
# Rolls an overlay out: settings first, then the migration, then everything; goes back when a role does not become ready.
#   infra/kubernetes/deploy.sh eks|aks|local
set -euo pipefail
overlay=${1:?"Name an overlay: eks, aks or local."}
cd "$(dirname "$0")/overlays/$overlay"
manifest=$(mktemp)
trap 'rm -f "$manifest"' EXIT
kubectl kustomize . >"$manifest"

apply() { kubectl apply --server-side --field-manager=pipeline --filename "$manifest" "$@"; }

apply --selector app.kubernetes.io/component=settings
kubectl --namespace pipeline delete job pipeline-migrate --ignore-not-found
apply --selector app.kubernetes.io/component=migrate
if ! kubectl --namespace pipeline wait --for=condition=complete --timeout=15m job/pipeline-migrate; then
  kubectl --namespace pipeline logs job/pipeline-migrate --tail=50 >&2 || :
  printf 'deploy: the migration did not complete; nothing was replaced. Its log is above.\n' >&2
  exit 1
fi

apply
for role in http orchestration streams; do
  if ! kubectl --namespace pipeline rollout status "deployment/pipeline-$role" --timeout=10m; then
    for back in http orchestration streams; do
      kubectl --namespace pipeline rollout undo "deployment/pipeline-$back" || :
    done
    printf 'deploy: role %s did not become ready; all roles were rolled back.\n' "$role" >&2
    exit 1
  fi
done
