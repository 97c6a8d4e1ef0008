#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Cost of coupling: process time of a gradwave run of eight robots over Wi-Fi with planned rounds,
over that of a bare ns-3 program that sends the same bytes: as it is, and with the allocator that
gradwave is linked to. All take turns; what each takes for one round, libraries to load for the most
part, is taken off.

    cmake --build build --target bare-ns3 coupling
    tests/benchmarks/coupling.py --build build
"""

import argparse
import os
import re
import statistics
import subprocess


def process_time(command, preload=""):
    """User and system seconds of the command, and the simulated time that it printed."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "LD_PRELOAD": preload})
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(command)} failed")
    return usage.ru_utime + usage.ru_stime, output.split()[0]


def allocator_of(program):
    libraries = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    found = re.search(r"libmimalloc\S* => (\S+)", libraries)
    if not found:
        raise SystemExit(f"{program} is not linked to mimalloc")
    return found.group(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default="build", help="build folder")
    parser.add_argument("--repeat", type=int, default=7, help="runs of each program")
    parser.add_argument("--rounds", type=int, default=600)
    parser.add_argument("--uplink-bytes", type=int, default=5600)
    parser.add_argument("--downlink-bytes", type=int, default=40000)
    parser.add_argument("--compute-s", type=float, default=0.05)
    options = parser.parse_args()

    folder = os.path.join(options.build, "tests", "benchmarks")
    traffic = [str(value) for value in (options.uplink_bytes, options.downlink_bytes,
                                        options.compute_s)]
    bare, coupling = (os.path.join(folder, name) for name in ("bare-ns3", "coupling"))
    programs = {"bare ns-3": (bare, ""), "bare ns-3, mimalloc": (bare, allocator_of(coupling)),
                "gradwave": (coupling, "")}
    times = {name: [] for name in programs}
    for _ in range(options.repeat):
        ends = set()
        for name, (program, preload) in programs.items():
            start_s, _ = process_time([program, "1", *traffic], preload)
            seconds, end = process_time([program, str(options.rounds), *traffic], preload)
            times[name].append(seconds - start_s)
            ends.add(end)
        if len(ends) != 1:
            raise SystemExit(f"they simulated different things: they ended at {sorted(ends)} s")

    ours = times["gradwave"]
    for name, of in times.items():
        ratios = [one / other for one, other in zip(ours, of)]
        print(f"{name:20s} median {statistics.median(of):.3f} s of process time, {min(of):.3f} to "
              f"{max(of):.3f}; gradwave takes {statistics.median(ours) / statistics.median(of):.3f} "
              f"of it (single turns {min(ratios):.3f} to {max(ratios):.3f})")
    print(f"all end at {end} simulated seconds")


if __name__ == "__main__":
    main()
