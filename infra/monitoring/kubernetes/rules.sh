#!/usr/bin/env bash
# Writes the rules as the Prometheus operator reads them, a PrometheusRule.
#   infra/monitoring/kubernetes/rules.sh | kubectl apply -f -
set -euo pipefail
cd "$(dirname "$0")/.."
printf 'apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: pipeline, namespace: pipeline}\nspec:\n'
sed 's/^/  /' rules/pipeline.yaml
