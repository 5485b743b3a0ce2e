#!/usr/bin/env bash
# Format, validation and tests of every Terraform module, against providers that have the real ones' schemas and do nothing else.
#   infra/checks/terraform.sh [MODULE...]     a module is a folder below infra/terraform
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export TF_CLI_CONFIG_FILE=$folder/terraformrc CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1
: >"$TF_CLI_CONFIG_FILE"

# plugin NAME: puts the stand-in where `terraform init -plugin-dir` looks for the real one.
plugin() {
  local version place
  version=$(jq -r ".$1.version" schemas/terraform.json)
  place=$folder/plugins/registry.terraform.io/hashicorp/$1/$version/$platform
  mkdir -p "$place"
  printf '#!/bin/sh\nexec node %s/checks/schema-provider.mjs %s\n' "$here" "$1" >"$place/terraform-provider-$1_v$version"
  chmod +x "$place/terraform-provider-$1_v$version"
}
platform=$(terraform version -json | jq -r .platform)
plugin aws
plugin azurerm

terraform fmt -check -diff -recursive terraform
modules=("$@")
[ ${#modules[@]} -gt 0 ] || mapfile -t modules < <(cd terraform && find . -name versions.tf -printf '%h\n' | sed 's|^\./||' | sort)
for module in "${modules[@]}"; do
  printf '%s\n' "-- $module"
  cp -r terraform "$folder/work"
  (
    cd "$folder/work/$module"
    terraform init -backend=false -input=false -plugin-dir="$folder/plugins" >"$folder/init.log" 2>&1 || { cat "$folder/init.log"; exit 1; }
    terraform validate
    if compgen -G 'tests/*.tftest.hcl' >/dev/null; then terraform test; fi
  )
  rm -rf "$folder/work"
done
