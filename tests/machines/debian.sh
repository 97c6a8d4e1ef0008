#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Shows that the README's two commands work on a bare machine: lays a minimal Debian into a folder,
# clones this checkout into it (what is committed), runs both there, and prints how long each took.
#
#   tests/machines/debian.sh bookworm|trixie [--cuda] [FOLDER]
#
#   --cuda   with Debian 13's LibTorch for CUDA. Needs no GPU: without one the tests run on the
#            processor. Where NVIDIA cannot be reached, cuDNN is an empty library: all is linked
#   FOLDER   for the machine: empty, or not there yet (default: a new one under /var/tmp); it stays
#   MIRROR   in the environment: where Debian is (default: http://deb.debian.org/debian)
#
# By hand, as root; with debootstrap, git, 8 GB (25 with --cuda) and an hour of two cores.
set -eu

say() { echo "debian.sh: $*" >&2; }

usage() {
  sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" >&2
  exit 2
}

case ${1:-} in
  bookworm | trixie) release=$1 ;;
  *) usage ;;
esac
shift
components=main
settings=""
if [ "${1:-}" = --cuda ]; then
  shift
  components=main,contrib,non-free
  settings="GRADWAVE_CUDA=1"
fi
folder=${1:-$(mktemp -d "/var/tmp/$release-XXXXXX")}
checkout=$(cd "$(dirname "$0")/../.." && pwd)

inside() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 $settings \
    chroot "$folder" sh -c "cd /root/gradwave && $1"
}

times=""
# $1: a name; the rest is run.
timed() {
  name=$1
  shift
  started=$(date +%s)
  say "$name"
  if ! "$@"; then
    say "$release: $name failed after $(($(date +%s) - started)) s, in $folder"
    exit 1
  fi
  times="$times
  $(($(date +%s) - started)) s  $name"
}

leave() { umount -R "$folder/dev" "$folder/proc" 2>/dev/null || true; }
trap leave EXIT

timed debootstrap debootstrap --variant=minbase --components=$components "$release" "$folder" \
  "${MIRROR:-http://deb.debian.org/debian}" >/dev/null
mount -t proc proc "$folder/proc"
mount --rbind /dev "$folder/dev"
mount --make-rslave "$folder/dev"
echo force-unsafe-io >"$folder/etc/dpkg/dpkg.cfg.d/no-sync"
git clone -q "file://$checkout" "$folder/root/gradwave"
timed "./gradwave run scenarios/quickstart.toml" inside "./gradwave run scenarios/quickstart.toml"
timed "./gradwave test" inside "./gradwave test"
say "$release, commit $(git -C "$checkout" log -1 --format=%h), $(nproc) cores:$times"
say "it lies in $folder; to remove it: rm -rf --one-file-system $folder"
