# shellcheck shell=bash
# Sourced by demo.sh and test.sh: installs the Debian packages that are missing, says which, and asks nothing.
# The caller defines `say` and `fail`.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1

has_command() { command -v "$1" >/dev/null 2>&1; }
has_library() { [[ $(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p) == *[[:space:]]"$1 "* ]]; }

# The newest PostgreSQL's programs; Debian keeps them out of PATH.
postgres_bin() { find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1; }

# missing_packages base|npm|s3|tests...: one package a line.
missing_packages() {
  local set
  for set in "$@"; do
    case $set in
      base)
        has_command curl || echo curl
        has_command jq || echo jq
        has_command setfacl || echo acl
        [ -x "$(postgres_bin)/initdb" ] || echo postgresql
        has_library librdkafka.so.1 || echo librdkafka1
        has_library libzstd.so.1 || echo libzstd1
        has_library libz.so.1 || echo zlib1g
        has_library libsnappy.so.1 || echo libsnappy1v5
        ;;
      npm)
        has_command node || echo nodejs
        has_command npm || echo npm
        ;;
      s3)
        has_command ceph-mon || echo ceph-mon
        has_command ceph-osd || echo ceph-osd
        has_command ceph || echo ceph-common
        has_command radosgw || echo radosgw
        ;;
      tests)
        has_command kcat || echo kcat
        has_command script || echo bsdutils
        has_command zstd || echo zstd
        has_command chromium || echo chromium
        has_command promtool || echo prometheus
        has_command amtool || echo prometheus-alertmanager
        ;;
    esac
  done
}

# Another apt may be at work: its lock is waited for, ten minutes at most.
apt() {
  local log=$1 root=() attempt
  shift
  [ "$(id -u)" = 0 ] || root=(sudo -n)
  for attempt in $(seq 60); do
    if "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=600 "$@" >>"$log" 2>&1; then return 0; fi
    tail -n 5 "$log" | grep -q "Could not get lock\|Unable to acquire" || return 1
    [ "$attempt" != 1 ] || say "Another apt is running; waiting for it."
    sleep 10
  done
  return 1
}

# Servers that packages bring are for us to start, on ports of their own: Debian's policy file keeps them from starting as services.
without_services() {
  local policy=/usr/sbin/policy-rc.d root=() made='' ended=0
  [ "$(id -u)" = 0 ] || root=(sudo -n)
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null && "${root[@]}" chmod 755 "$policy" && made=1
  fi
  "$@" || ended=$?
  [ -z "$made" ] || "${root[@]}" rm -f "$policy"
  return "$ended"
}

# install_missing LOG SET...
install_missing() {
  local log=$1 missing
  shift
  has_command dotnet || fail "The .NET SDK is missing. Install .NET 10 (https://dot.net), and run this again."
  dotnet --version >/dev/null 2>&1 || fail "The .NET SDK that global.json asks for is missing: $(dotnet --version 2>&1 | tail -n 1)"
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  has_command apt-get || fail "These are missing and there is no apt-get to install them: ${missing[*]}."
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    fail "These packages are missing: ${missing[*]}. Run 'apt-get install ${missing[*]}' as root, then this again."
  fi
  say "Installing ${missing[*]}"
  without_services apt "$log" install --no-install-recommends "${missing[@]}" || {
    apt "$log" update || fail "apt-get update failed: see $log."
    without_services apt "$log" install --no-install-recommends "${missing[@]}" || fail "apt-get could not install ${missing[*]}: see $log."
  }
}

# install_npm LOG FOLDER...: the packages of a folder's lock file. Not `npm ci`: the lock names packages of other platforms too.
install_npm() {
  local log=$1 folder
  shift
  for folder in "$@"; do
    if cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed"; then continue; fi
    say "Installing the npm packages of ${folder#"$PWD/"}"
    (cd "$folder" && npm install --no-save --no-audit --no-fund) >>"$log" 2>&1 || fail "npm install failed in $folder: see $log."
    cp "$folder/package-lock.json" "$folder/node_modules/.installed"
  done
}
