#!/usr/bin/env bash
# Asks the pipeline's API and prints the answer; no Ingress is needed, only the right to forward a port.
#   infra/kubernetes/ask.sh /api/status
# The kubelet carries a forwarded port into the pod. The API server's own proxy would come from outside, and the network policies refuse it.
set -euo pipefail
path=${1:?"Name the path, such as /api/status."}
said=$(mktemp)
kubectl --namespace pipeline port-forward --address 127.0.0.1 service/pipeline :80 >"$said" &
forward=$!
trap 'kill "$forward" 2>/dev/null || :; rm -f "$said"' EXIT

deadline=$((SECONDS + 30))
until port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) .*/\1/p' "$said") && [ -n "$port" ]; do
  if ! kill -0 "$forward" 2>/dev/null || [ $SECONDS -ge $deadline ]; then
    printf 'ask: no port of service/pipeline could be forwarded.\n' >&2
    exit 1
  fi
  sleep 0.2
done
curl --fail --silent --show-error --noproxy 127.0.0.1 --max-time 30 --retry 5 --retry-all-errors "http://127.0.0.1:$port$path"
