#!/usr/bin/env bash
# Rolls an overlay out: settings first, then the migration, then a canary if it is asked for, then everything. What does not become ready
# is taken back: the release before, which the cluster keeps in the ConfigMap pipeline-release, is applied again.
#   infra/kubernetes/deploy.sh eks-staging|eks-production|aks|local IMAGE [CANARY_MINUTES]
# IMAGE is name:tag or name@sha256:digest. To go back to an earlier image, roll that one out: migrations only add (infra/README.md).
set -euo pipefail
overlay=${1:?"Name an overlay: eks-staging, eks-production, aks or local."}
image=${2:?"Name the image: NAME:TAG or NAME@sha256:DIGEST."}
minutes=${3:-0}
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/overlays"
[ -d "$overlay" ] || { printf "deploy: there is no overlay '%s'.\n" "$overlay" >&2; exit 1; }

# kustomize loads what is beside it, so the release stands there for a moment.
release=$(mktemp -d ./.release-XXXXXX)
trap 'rm -rf "$release"' EXIT
{
  printf 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../%s]\nimages:\n' "$overlay"
  case $image in
    *@sha256:*) printf '  - {name: pipeline, newName: "%s", digest: "%s"}\n' "${image%@*}" "${image#*@}" ;;
    *:*) printf '  - {name: pipeline, newName: "%s", newTag: "%s"}\n' "${image%:*}" "${image##*:}" ;;
    *) printf "deploy: '%s' has neither tag nor digest.\n" "$image" >&2; exit 1 ;;
  esac
} >"$release/kustomization.yaml"
kubectl kustomize "$release" >"$release/manifest"

kube() { kubectl --namespace pipeline "$@"; }
# apply FILE SELECTOR: one manager owns every field, also on the way back, so that no apply is refused for what another one wrote.
apply() { kubectl apply --server-side --field-manager=pipeline --filename "$1" --selector "app.kubernetes.io/component$2"; }

apply "$release/manifest" =settings
kube delete job pipeline-migrate --ignore-not-found
apply "$release/manifest" =migrate
if ! kube wait --for=condition=complete --timeout=15m job/pipeline-migrate; then
  kube logs job/pipeline-migrate --tail=50 >&2 || :
  printf 'deploy: the migration did not complete; nothing was replaced. Its log is above.\n' >&2
  exit 1
fi

if [ "$minutes" != 0 ]; then
  for role in streams orchestration; do
    "$here/canary.sh" "$role" "$PWD/$release" "$minutes" || { printf 'deploy: nothing was replaced.\n' >&2; exit 1; }
  done
fi

# A Job cannot be changed, and the migration has run: it is left out, here and on the way back.
roll_out() {
  apply "$release/manifest" '!=migrate' || return
  for role in http orchestration streams; do
    if ! kube rollout status "deployment/pipeline-$role" --timeout=10m; then
      printf 'deploy: role %s did not become ready.\n' "$role" >&2
      return 1
    fi
  done
}
if ! roll_out; then
  before=$release/before
  if kube get configmap pipeline-release --output 'jsonpath={.data.manifest}' >"$before" && apply "$before" '!=migrate'; then
    printf 'deploy: the release before was applied again, all roles of it.\n' >&2
  else
    printf 'deploy: no release before could be applied again; the cluster has what is left of this one.\n' >&2
  fi
  exit 1
fi
kube create configmap pipeline-release --from-file=manifest="$release/manifest" --dry-run=client --output yaml >"$release/kept"
kubectl apply --server-side --field-manager=pipeline --filename "$release/kept"
