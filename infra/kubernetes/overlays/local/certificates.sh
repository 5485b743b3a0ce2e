#!/usr/bin/env bash
# Makes the namespace, an authority, one server certificate and the secrets of the local overlay. Run again, it makes new ones.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=pipeline local authority" -keyout ca.key -out ca.pem 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj "/CN=pipeline local servers" -keyout server.key -out server.csr 2>/dev/null
printf 'subjectAltName=DNS:postgres,DNS:kafka,DNS:store\n' >names
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile names -out server.pem 2>/dev/null
cat server.key server.pem ca.pem >server.both.pem

secret() { head -c 24 /dev/urandom | base64 | tr '+/' '-_'; }
password=$(secret)
authority=/etc/pipeline/authorities/ca.pem
connection="Host=postgres;Username=postgres;Password=$password;Database=pipeline;SSL Mode=VerifyFull;Root Certificate=$authority"
apply() { kubectl create "$@" --namespace pipeline --dry-run=client --output yaml | kubectl apply --filename -; }

kubectl create namespace pipeline --dry-run=client --output yaml | kubectl apply --filename -
apply secret generic server-certificates --from-file=ca.pem --from-file=server.pem --from-file=server.key --from-file=server.both.pem
apply configmap pipeline-authorities --from-file=ca.pem
apply secret generic postgres-account --from-literal=password="$password"
apply secret generic store-account --from-literal=user=pipeline --from-literal=password="$(secret)"
apply secret generic pipeline-settings \
  --from-literal=Ledger__ConnectionString="$connection" --from-literal=LocalHost__Postgres="$connection" \
  --from-literal=LocalHost__Keys__default="$(secret)" --from-literal=LocalHost__Keys__system="$(secret)" \
  --from-literal=LocalHost__Keys__master="$(secret)" --from-literal=Quarantine__SealingKey="$(head -c 32 /dev/urandom | base64)" \
  --from-literal=Masking__Keys__1__Key="$(head -c 32 /dev/urandom | base64)"
