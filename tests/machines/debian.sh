#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Shows that the README's two commands work on a bare machine: lays a minimal Debian into a folder,
# clones this checkout into it (what is committed), runs both there, and prints how long each took.
#
#   tests/machines/debian.sh bookworm|trixie [--cuda] [FOLDER]
#
#   --cuda   with Debian 13's LibTorch for CUDA. Needs no GPU: without one all is built and linked, and
#            runs on the processor; where NVIDIA cannot be reached, with a hollow cuDNN
#   FOLDER   for the machine: empty, or not there yet (default: a new one under /var/tmp); it stays
#   MIRROR   in the environment: where Debian is (default: http://deb.debian.org/debian)
#
# By hand, as root; with debootstrap, git, 8 GB (25 and curl with --cuda) and an hour of two cores.
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
chmod 755 "$folder" 2>/dev/null || true  # mktemp lets nobody in, as whom some tests run
checkout=$(cd "$(dirname "$0")/../.." && pwd)

inside() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 $settings \
    chroot "$folder" sh -ec "cd /root/gradwave && $1"
}

# Debian's package of cuDNN fetches it from NVIDIA, and fails where it cannot, unless its licence is
# declined. The hollow library has cuDNN's names, which LibTorch wants to find, and nothing behind.
hollow_cudnn() {
  inside 'echo "nvidia-cudnn nvidia-cudnn/question select I Decline" | debconf-set-selections
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
      libtorch-cuda-dev g++ </dev/null >/dev/null
    cd /tmp
    nm -D --undefined-only /usr/lib/*/libtorch_cuda.so |
      sed -n "s/.* U \(cudnn[A-Za-z0-9_]*\)@libcudnn.so.9$/void \1(void) { __builtin_trap(); }/p" >hollow.c
    echo "libcudnn.so.9 { *; };" >hollow.map
    gcc -shared -fPIC hollow.c -Wl,-soname,libcudnn.so.9,--version-script=hollow.map \
      -o /usr/lib/$(gcc -print-multiarch)/libcudnn.so.9'
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
if [ -n "$settings" ] && ! curl -sI -m 20 https://developer.download.nvidia.com >/dev/null; then
  timed "a hollow cuDNN" hollow_cudnn
fi
timed "./gradwave run scenarios/quickstart.toml" inside "./gradwave run scenarios/quickstart.toml"
timed "./gradwave test" inside "./gradwave test"
say "$release, commit $(git -C "$checkout" log -1 --format=%h), $(nproc) cores:$times"
say "it lies in $folder; to remove it: rm -rf --one-file-system $folder"
