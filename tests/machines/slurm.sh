#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs a campaign as a job array on a Slurm of this machine alone, from Debian's packages slurm-wlm and
# munge, kills one of its tasks in the middle and has it requeued; what the parts merge into has to have the
# fingerprint of a campaign without Slurm.
#
#   tests/machines/slurm.sh GRADWAVE      the program; as root
set -eu
gradwave=$(realpath "$1")
checkout=$(cd "$(dirname "$0")/../.." && pwd)
for program in munged slurmctld slurmd sbatch; do
  command -v $program >/dev/null || { echo "there is no $program: slurm-wlm, munge"; exit 77; }
done
[ "$(id -u)" -eq 0 ] || { echo "Slurm's daemons want root"; exit 77; }
folder=$(mktemp -d)
chmod 755 "$folder"
host=$(hostname -s)
stop() {
  kill $(cat "$folder"/*.pid 2>/dev/null) 2>/dev/null || true
  sleep 1
  rm -rf "$folder"
}
trap stop EXIT

mkdir -p "$folder/state" "$folder/spool"
head -c 1024 /dev/urandom >"$folder/munge.key"
chmod 400 "$folder/munge.key"
munged --force --key-file="$folder/munge.key" --socket="$folder/munge.sock" \
  --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" --seed-file="$folder/munged.seed"
cat >"$folder/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.sock
CredType=cred/munge
SlurmctldPort=16817
SlurmdPort=16818
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=1
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
SLURM_CONF=$folder/slurm.conf
export SLURM_CONF
slurmctld
slurmd -N "$host"
for second in $(seq 30); do
  [ "$(sinfo -h -o %T 2>/dev/null)" = idle ] && break
  sleep 1
done
sinfo

cat >"$folder/sweep.toml" <<END
seeds = [1, 2]
[team]
workers = 3
[data]
train_samples = 300
test_samples = 100
[model]
hidden = []
[training]
rounds = 4000
batch = 4
evaluate_every = 1000
[compute]
device = "jetson-nano"
[link]
technology = "wire"
[sweep]
wire.rate_bps = [1e6, 1e7]
[[variant]]
name = "Top-K"
[[variant]]
name = "Rand-K"
compression.sparsifier = "randk"
END
cd "$folder"
job=$(GRADWAVE=$gradwave sbatch --parsable --array=1-2 --cpus-per-task=1 "$checkout/scenarios/campaign.sbatch" \
  sweep.toml parts)
rounds_of() { "$gradwave" query "SELECT count(*) FROM rounds" --format csv --db parts/part-1.sqlite 2>/dev/null | tail -1; }
for second in $(seq 600); do
  rounds=$(rounds_of)
  [ "${rounds:-0}" -gt 500 ] && break
  sleep 0.1
done
echo "task 1 is killed and requeued after $rounds rounds"
scontrol requeue "${job}_1"
sleep 2
scontrol update "jobid=${job}_1" starttime=now || true
for second in $(seq 240); do
  [ -z "$(squeue -h)" ] && break
  sleep 1
done
squeue
cat "slurm-${job}"_*.out
again=$("$gradwave" query "SELECT count(*) FROM runs WHERE host_attempts > 1" --db parts/part-1.sqlite --format csv | tail -1)
[ "$again" -gt 0 ] || { echo "task 1 did not go on where it had stopped"; exit 1; }

"$gradwave" merge parts/part-*.sqlite --db all.sqlite
"$gradwave" run sweep.toml --db whole.sqlite >/dev/null 2>&1
all=$("$gradwave" fingerprint --db all.sqlite | head -1)
whole=$("$gradwave" fingerprint --db whole.sqlite | head -1)
echo "by Slurm $all, without $whole"
[ "$all" = "$whole" ]
