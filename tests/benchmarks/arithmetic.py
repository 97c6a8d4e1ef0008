#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What host.arithmetic = "reproducible" costs: rounds of the learner in two processes, one with it and
one with "fastest", in turn on one machine, one thread each. Measured is time on the processor, which
others on the machine hardly move.

    cmake --preset release && cmake --build --preset release
    tests/benchmarks/arithmetic.py
    tests/benchmarks/arithmetic.py --model resnet18 --workers 2 --batch 8 --rounds 20

Prints both medians and how many times as long a reproducible round takes, with the range of single pairs.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time


class Learner:
    def __init__(self, build, folder, arithmetic, options, environment):
        os.mkdir(folder)
        self.process = subprocess.Popen(
            [os.path.join(build, "tests", "benchmarks", "learner-round"), folder, str(options.rounds),
             options.model, options.dataset, str(options.workers), str(options.batch), "256",
             str(options.rate), "cpu", arithmetic],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self.process.stdout.readline()

    def round(self):
        before = self.processor_time()
        print("round", file=self.process.stdin, flush=True)
        self.process.stdout.readline()
        return self.processor_time() - before

    def processor_time(self):
        return time.clock_gettime(~self.process.pid << 3 | 2)  # as clock_getcpuclockid() has it


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default="build", help="build folder")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--model", default="mlp", help="mlp, cnn, resnet18, ...")
    parser.add_argument("--dataset", default="procedural")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=0.05)
    options = parser.parse_args()

    # What limits "fastest" on this machine alone is not the processor's.
    names = ("ATEN_CPU_", "ONEDNN_", "DNNL_", "OPENBLAS_", "MKL_", "GLIBC_TUNABLES")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    words = ("reproducible", "fastest")
    seconds = {word: [] for word in words}
    with tempfile.TemporaryDirectory() as folder:
        learners = {word: Learner(options.build, os.path.join(folder, word), word, options, environment)
                    for word in words}
        for word in words:
            learners[word].round()  # warms up
        for turn in range(options.rounds - 1):
            for word in words if turn % 2 == 0 else reversed(words):
                seconds[word].append(learners[word].round())

    medians = {word: statistics.median(seconds[word]) for word in words}
    ratios = [a / b for a, b in zip(seconds["reproducible"], seconds["fastest"])]
    ends = statistics.quantiles(ratios, n=20)
    for word in words:
        print(f"{word:12s} median {1e3 * medians[word]:9.3f} ms a round")
    print(f"{options.model}: a reproducible round takes {medians['reproducible'] / medians['fastest']:.2f} "
          f"times as long; single pairs {ends[0]:.2f} to {ends[-1]:.2f} (5 % to 95 %)")


if __name__ == "__main__":
    main()
