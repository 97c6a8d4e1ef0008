#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Makes a results file with the program $1 and executes notebook $2 on it, in folder $3; an error in
# any cell is a failure.
set -eu
program=$1 notebook=$2 folder=$3
rm -rf "$folder"
mkdir -p "$folder"
cat >"$folder/small.toml" <<'TOML'
seeds = [1, 2]
[team]
workers = 3
[data]
train_samples = 600
test_samples = 200
[model]
hidden = []
[training]
rounds = 30
evaluate_every = 5
[compression]
ratio = 16
t_hat = 10
[compute]
device = "jetson-nano"
[link]
technology = "wire"
[sweep]
wire.rate_bps = [1e6, 1e7]
[[variant]]
name = "Top-K"
[[variant]]
name = "AdapTop-K"
compression.schedule = "adaptopk"
[[variant]]
name = "AdapTop-K + EC"
compression.schedule = "adaptopk"
compression.error_compensation = true
TOML
"$program" run "$folder/small.toml" --db "$folder/results.sqlite"
GRADWAVE_DB=$folder/results.sqlite PATH=/usr/bin:$PATH JUPYTER_CONFIG_DIR=$folder \
  /usr/bin/jupyter-nbconvert --to notebook --execute --ExecutePreprocessor.timeout=120 \
  --output-dir "$folder" --output executed "$notebook"
grep -q '"image/png"' "$folder/executed.ipynb"
