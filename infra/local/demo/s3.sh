# shellcheck shell=bash
# Sourced by demo.sh: a private S3 server (Ceph's radosgw over one monitor and one store) in $home/s3.

s3_port='' s3_secret=''
s3_key=demo
s3_bucket=pipeline-demo

start_s3() {
  local directory=$home/s3
  export CEPH_CONF=$directory/ceph.conf
  mkdir -p "$directory"/{mon,osd,log,rgw}
  step "Starting an S3 server (Ceph's radosgw; a good 15 seconds)" "$home/logs/s3.log" run_s3
}

stop_s3() {
  stop s3-gateway
  stop s3-store
  stop s3-monitor
}

run_s3() {
  local directory=$home/s3
  stop_s3
  [ -e "$directory/made" ] || make_s3 || return 1
  s3_port=$(cat "$directory/port")
  s3_secret=$(cat "$home/keys/s3")
  start s3-monitor ceph-mon -f -i a -c "$CEPH_CONF"
  start s3-store ceph-osd -f -i 0 -c "$CEPH_CONF"
  start s3-gateway radosgw -f -n client.rgw -c "$CEPH_CONF"
  local wait part
  for wait in $(seq 1200); do
    for part in s3-monitor s3-store s3-gateway; do
      is_running $part || { echo "$part ended: see $home/logs/$part.log"; return 1; }
    done
    curl -s -o "$home/run/s3-answer" -m 1 "http://127.0.0.1:$s3_port/" && break
    [ "$wait" != 1200 ] || return 1
    sleep 0.1
  done
  [ -e "$directory/bucket" ] && return 0
  timeout 60 radosgw-admin -c "$CEPH_CONF" user create --uid=demo --display-name=demo --access-key="$s3_key" --secret-key="$s3_secret" >/dev/null ||
    timeout 60 radosgw-admin -c "$CEPH_CONF" user info --uid=demo >/dev/null || return 1
  # Debian 12's curl leaves out the hash of an empty body, which S3 wants.
  curl -sS --fail-with-body -X PUT --aws-sigv4 aws:amz:us-east-1:s3 --user "$s3_key:$s3_secret" \
    -H "x-amz-content-sha256: $(sha256sum </dev/null | cut -d ' ' -f 1)" "http://127.0.0.1:$s3_port/$s3_bucket" || return 1
  touch "$directory/bucket"
}

# Once per home; a half made one is made again.
make_s3() {
  local directory=$home/s3 id port monitors store
  rm -rf "$directory"
  mkdir -p "$directory"/{mon,osd,log,rgw}
  port=$(free_port)
  id=$(cat /proc/sys/kernel/random/uuid)
  (umask 077 && head -c 24 /dev/urandom | base64 -w 0 | tr '+/' 'ab' >"$home/keys/s3")
  monitors="[v2:127.0.0.1:$(free_port),v1:127.0.0.1:$(free_port)]"
  write_ceph_conf "$directory" "$id" "$monitors" "$port" >"$CEPH_CONF"
  monmaptool --create --clobber --fsid "$id" --addv a "$monitors" "$directory/monmap" &&
    ceph-authtool --create-keyring "$directory/keyring" --gen-key -n mon. --cap mon 'allow *' &&
    ceph-authtool "$directory/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' &&
    ceph-authtool "$directory/keyring" --gen-key -n client.rgw --cap mon 'allow rwx' --cap osd 'allow rwx' &&
    ceph-mon --mkfs -i a --monmap "$directory/monmap" -c "$CEPH_CONF" --keyring "$directory/keyring" || return 1
  start s3-monitor ceph-mon -f -i a -c "$CEPH_CONF"
  store=$(cat /proc/sys/kernel/random/uuid)
  timeout 60 ceph -c "$CEPH_CONF" osd new "$store" &&
    timeout 60 ceph -c "$CEPH_CONF" auth get-or-create osd.0 mon 'allow profile osd' osd 'allow *' -o "$directory/osd.keyring" &&
    cat "$directory/osd.keyring" >>"$directory/keyring" &&
    ceph-osd -i 0 --mkfs --osd-uuid "$store" -c "$CEPH_CONF" || return 1
  stop s3-monitor
  echo "$port" >"$directory/port"
  touch "$directory/made"
}

# write_ceph_conf DIRECTORY ID MONITORS PORT. The store is a sparse file of at most 16 GiB; no daemon leaves loopback.
write_ceph_conf() {
  cat <<CONF
[global]
fsid=$2
mon host=$3
mon initial members=a
auth cluster required=cephx
auth service required=cephx
auth client required=cephx
osd pool default size=1
osd pool default min size=1
osd pool default pg num=4
osd pool default pgp num=4
osd pool default pg autoscale mode=off
osd crush chooseleaf type=0
mon allow pool size one=true
mon warn on pool no redundancy=false
mon warn on insecure global id reclaim=false
run dir=$1
log file=$1/log/\$name.log
admin socket=
pid file=
mon data=$1/mon
osd data=$1/osd
osd objectstore=bluestore
bluestore block size=17179869184
bluestore cache autotune=false
ms bind ipv6=false
public addr=127.0.0.1
cluster addr=127.0.0.1
rgw frontends=beast endpoint=127.0.0.1:$4
keyring=$1/keyring
[client.rgw]
rgw data=$1/rgw
CONF
}
