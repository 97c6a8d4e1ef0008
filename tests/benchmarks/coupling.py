#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Cost of coupling: process time of a gradwave run of eight robots over Wi-Fi with planned rounds,
over that of a bare ns-3 program that sends the same bytes. Runs the two in turn.

    cmake --build build --target bare-ns3 coupling
    tests/benchmarks/coupling.py --build build
"""

import argparse
import os
import statistics
import subprocess


def process_time(command):
    """User and system seconds of the command, and the simulated time that it printed."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    return usage.ru_utime + usage.ru_stime, output.split()[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default="build", help="build folder")
    parser.add_argument("--repeat", type=int, default=7, help="runs of each program")
    parser.add_argument("--rounds", type=int, default=1000,
                        help="many, for loading LibTorch takes a third of a second")
    parser.add_argument("--uplink-bytes", type=int, default=5600)
    parser.add_argument("--downlink-bytes", type=int, default=40000)
    parser.add_argument("--compute-s", type=float, default=0.05)
    options = parser.parse_args()

    folder = os.path.join(options.build, "tests", "benchmarks")
    traffic = [str(value) for value in (options.rounds, options.uplink_bytes,
                                        options.downlink_bytes, options.compute_s)]
    times = {"bare-ns3": [], "coupling": []}
    for _ in range(options.repeat):
        ends = set()
        for program in times:
            seconds, end = process_time([os.path.join(folder, program), *traffic])
            times[program].append(seconds)
            ends.add(end)
        if len(ends) != 1:
            raise SystemExit(f"the two simulated different things: they ended at {sorted(ends)} s")

    for program, of in times.items():
        print(f"{program:9s} median {statistics.median(of):.3f} s of process time, "
              f"{min(of):.3f} to {max(of):.3f}")
    ratios = [ours / bare for ours, bare in zip(times["coupling"], times["bare-ns3"])]
    medians = [statistics.median(of) for of in (times["coupling"], times["bare-ns3"])]
    print(f"ratio of medians {medians[0] / medians[1]:.3f}, of single pairs "
          f"{min(ratios):.3f} to {max(ratios):.3f}; both end at {end} simulated seconds")


if __name__ == "__main__":
    main()
