#!/usr/bin/env bash
# Rolls an overlay out: settings first, then the migration, then everything; goes back when a role does not become ready.
#   infra/kubernetes/deploy.sh eks|aks|local IMAGE
# IMAGE is name:tag or name@sha256:digest. To go back to an earlier image, roll that one out: migrations only add (infra/README.md).
set -euo pipefail
overlay=${1:?"Name an overlay: eks, aks or local."}
image=${2:?"Name the image: NAME:TAG or NAME@sha256:DIGEST."}
cd "$(dirname "$0")/overlays"
[ -d "$overlay" ] || { printf "deploy: there is no overlay '%s'.\n" "$overlay" >&2; exit 1; }

# kustomize loads what is beside it, so the release stands there for a moment.
release=$(mktemp -d ./.release-XXXXXX)
trap 'rm -rf "$release"' EXIT
manifest=$release/all
{
  printf 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../%s]\nimages:\n' "$overlay"
  case $image in
    *@sha256:*) printf '  - {name: pipeline, newName: "%s", digest: "%s"}\n' "${image%@*}" "${image#*@}" ;;
    *:*) printf '  - {name: pipeline, newName: "%s", newTag: "%s"}\n' "${image%:*}" "${image##*:}" ;;
    *) printf "deploy: '%s' has neither tag nor digest.\n" "$image" >&2; exit 1 ;;
  esac
} >"$release/kustomization.yaml"
kubectl kustomize "$release" >"$manifest"

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
