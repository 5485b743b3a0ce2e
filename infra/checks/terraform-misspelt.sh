#!/usr/bin/env bash
# The stand-ins for providers are worth something: arguments planted wrongly in a copy of the modules are found, each by its name.
set -euo pipefail
cd "$(dirname "$0")/../.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/infra"
cp -r infra/terraform infra/schemas infra/checks "$copy/infra"
module=$copy/infra/terraform/aws
sed -i 's/visibility_timeout_seconds /visibility_timout_seconds /' "$module/queues.tf"
sed -i 's/backup_retention_period /backup_retention_days   /' "$module/database.tf"
sed -i 's/block_public_acls /block_public_acl  /' "$module/storage.tf"
sed -i 's/"aws_sns_topic" "alarms"/"aws_sns_topics" "alarms"/; s/aws_sns_topic\.alarms/aws_sns_topics.alarms/' "$module/alarms.tf"
out=$copy/out
TF_CLI_CONFIG_FILE=/dev/null terraform fmt -recursive "$copy/infra/terraform" >"$out"
bash "$copy/infra/checks/terraform.sh" aws >"$out" 2>&1 && { echo "Terraform took them all."; exit 1; }
for word in visibility_timout_seconds backup_retention_days block_public_acl aws_sns_topics; do
  grep -q "\"$word\"" "$out" || { echo "$word was not found out:"; cat "$out"; exit 1; }
done
