#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Whether a scenario's database depends on what its user allows the numerical libraries: runs it under
# every limit below and prints the fingerprints. Under host.arithmetic = "reproducible" all must be one,
# else the exit code is 1; under "fastest" they show which limits reach the libraries at all.
#
#   tests/machines/instruction_sets.sh [scenario [option of `gradwave run`]...]
#
# Without a scenario it is the first 20 rounds of quickstart.
#
#   GRADWAVE            the program (default: build/gradwave)
#   QEMU                a qemu-x86_64 (Debian's qemu-user), for processors that are not this one: other
#                       makers, caches and instruction sets. Slow: choose few rounds and a small model.
set -eu

root=$(readlink -f "$(dirname "$0")/../..")
gradwave=${GRADWAVE:-$root/build/gradwave}
[ $# -gt 0 ] || set -- "$root/scenarios/quickstart.toml" --set training.rounds=20
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset ATEN_CPU_CAPABILITY ONEDNN_MAX_CPU_ISA OPENBLAS_CORETYPE OPENBLAS_L2_SIZE OMP_NUM_THREADS \
  GLIBC_TUNABLES

seen=""
moved=0
show() {  # limit, database
  fingerprint=$("$gradwave" fingerprint --db "$2" | head -n 1)
  printf '%s  %s\n' "$fingerprint" "$1"
  [ -n "$seen" ] || seen=$fingerprint
  [ "$fingerprint" = "$seen" ] || moved=1
}

i=0
while read -r limit; do
  i=$((i + 1))
  # shellcheck disable=SC2086  # several variables
  env $limit "$gradwave" run "$@" --db "$folder/$i.sqlite" >"$folder/log" 2>&1 </dev/null ||
    { cat "$folder/log" >&2; exit 2; }
  show "${limit:-no limit}" "$folder/$i.sqlite"
done <<END

ONEDNN_MAX_CPU_ISA=SSE41
ONEDNN_MAX_CPU_ISA=AVX
ONEDNN_MAX_CPU_ISA=AVX2
ONEDNN_MAX_CPU_ISA=AVX512_CORE
DNNL_MAX_CPU_ISA=SSE41
ONEDNN_DEFAULT_FPMATH_MODE=BF16
ATEN_CPU_CAPABILITY=default
ATEN_CPU_CAPABILITY=avx2
ATEN_CPU_CAPABILITY=avx512
OPENBLAS_CORETYPE=Haswell
OPENBLAS_CORETYPE=SkylakeX
OPENBLAS_CORETYPE=Zen
OPENBLAS_CORETYPE=Sandybridge
OPENBLAS_L2_SIZE=128
OPENBLAS_L2_SIZE=4096
OPENBLAS_BLOCK_FACTOR=50
GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX512VL
GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2
OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2
ONEDNN_MAX_CPU_ISA=SSE41 ATEN_CPU_CAPABILITY=default OPENBLAS_CORETYPE=Sandybridge
END

# The first file's runs again, each on processors that qemu makes up. The program would start anew on the
# real one if it lacked a variable of learning/runtime/arithmetic.cc.
if [ -n "${QEMU:-}" ]; then
  export ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 ONEDNN_CPU_ISA_HINTS=NO_HINTS \
    ONEDNN_DEFAULT_FPMATH_MODE=STRICT OPENBLAS_CORETYPE=Haswell OPENBLAS_L2_SIZE=256 \
    MKL_CBWR=COMPATIBLE OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
  unset OPENBLAS_BLOCK_FACTOR MKL_ENABLE_INSTRUCTIONS
  for processor in max Haswell Skylake-Client EPYC EPYC-Rome; do
    runs=$(python3 - "$folder/1.sqlite" "$folder/$processor.sqlite" <<'END'
import shutil, sqlite3, sys
shutil.copy(sys.argv[1], sys.argv[2])
database = sqlite3.connect(sys.argv[2])
for table in "rounds", "transfers", "evaluations", "theory":
    database.execute(f"DELETE FROM {table}")
database.execute("UPDATE runs SET status = 'running', finished_at = NULL")
database.commit()
print(*(row[0] for row in database.execute("SELECT id FROM runs ORDER BY id")))
END
    )
    for run in $runs; do
      "$QEMU" -cpu "$processor" "$gradwave" run-stored --db "$folder/$processor.sqlite" \
        --run "$run" 3>/dev/null >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 2; }
    done
    show "qemu -cpu $processor" "$folder/$processor.sqlite"
  done
fi
exit $moved
