#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds our 5G against 5G-LENA, CTTC's full-stack NR module for ns-3: the latency of a round of uploads
or downloads, ours over theirs, with our settings as theirs (lena.toml) and with our defaults; ten rounds over
connections whose congestion windows have opened, and the first over new ones. gradwave's TCP runs over
both. Needs Debian 12's ns-3 3.37 and the sources of 5G-LENA for it, of which it builds a library beside
them:

    git clone --branch v2.3 https://gitlab.com/cttc-lena/nr.git /tmp/lena
    cmake --preset release && cmake --build --preset release
    tests/benchmarks/lena.py /tmp/lena
"""

import argparse
import concurrent.futures
import dataclasses
import os
import re
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SCENARIO = os.path.join(HERE, "lena.toml")
DEFAULTS = """fading="tdl-d" downlink_layers=2 scheduler="proportional-fair" receiver_loss_db=2.0 p0_dbm=-76
request_period_s=0.02 first_grant_bytes=512 k1_slots=4 k2_slots=4 processing_s=0.003 control_symbols=2
dmrs_elements=24 pucch_blocks=-1 special_downlink_symbols=10"""
PUCCH_BLOCKS = {20: 4, 100: 20}  # one of an uplink slot's 14 symbols, which PUCCH takes there
MOST_REQUESTS = 12  # of robots in one uplink slot


def run(words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0 or not done.stdout:
        sys.exit(f"{' '.join(words)}\n{done.stderr}")
    return done.stdout


def build_lena(sources, build):
    """Its sources, headers side by side as ns-3 would install them, and lena.cc with gradwave's TCP."""
    channel = os.path.join(build, "channel-models", "libgradwave_channel.a")
    out = os.path.join(sources, "build-gradwave")
    headers = os.path.join(out, "include", "ns3")
    os.makedirs(headers, exist_ok=True)
    with open(os.path.join(sources, "CMakeLists.txt"), encoding="utf-8") as file:
        text = file.read()
    files = {name: re.search(rf"set\({name}(.*?)\)", text, re.S).group(1).split()
             for name in ("source_files", "header_files")}
    for header in files["header_files"]:
        link = os.path.join(headers, os.path.basename(header))
        if not os.path.lexists(link):
            os.symlink(os.path.abspath(os.path.join(sources, header)), link)
    flags = ["g++", "-std=c++17", "-O2", "-w", "-fPIC", "-I", os.path.dirname(headers), "-I", headers,
             "-I", ROOT]

    def compile_one(source):
        target = os.path.join(out, os.path.basename(source) + ".o")
        if not os.path.exists(target):
            run_quietly(flags + ["-c", source, "-o", target])
        return target

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(compile_one, [os.path.join(sources, name)
                                              for name in files["source_files"]]))
    libraries = run(["pkg-config", "--libs", "ns3-lte", "ns3-internet-apps"]).split()
    program = os.path.join(out, "lena")
    run_quietly(flags + [os.path.join(HERE, "lena.cc")] + objects + [channel] + libraries + ["-o", program])
    return program


def run_quietly(words):
    done = subprocess.run(words, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}\n{done.stderr}")


@dataclasses.dataclass(frozen=True)
class Case:
    direction: str
    mhz: int
    radius_m: int
    robots: int
    size: int
    rounds: int  # 1: over new connections


def cases(options):
    for direction in options.direction:
        for mhz in (20, 100):
            for radius in options.radius:
                for robots in (1, 4, 16):
                    for size in (10000, 100000, 1000000):
                        yield Case(direction, mhz, radius, robots, size, options.rounds)
                    yield Case(direction, mhz, radius, robots, 100000, 1)


def ours(program, case, settings):
    words = [program, SCENARIO, "nr", case.direction, str(case.size), str(case.rounds),
             f"team.workers={case.robots}", f"nr.bandwidth_mhz={case.mhz}",
             f"placement.radius_m={case.radius_m}"] + settings
    if case.robots > MOST_REQUESTS:
        words.append("nr.request_period_s=0.005")
    return float(run(words).split(",")[0])


def theirs(program, case, mcs_table):
    """None: a round is not complete after 600 simulated seconds."""
    words = [program, f"--direction={case.direction}", f"--bandwidth_mhz={case.mhz}",
             f"--radius_m={case.radius_m}", f"--robots={case.robots}", f"--bytes={case.size}",
             f"--rounds={case.rounds}", f"--mcs_table={mcs_table}"]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode == 1 and "is not complete" in done.stderr:
        return None
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}\n{done.stderr}")
    return float(done.stdout.split(",")[0])


def summary(name, values):
    near = sum(abs(value - 1) <= 0.07 for value in values)
    return (f"{name}: median {statistics.median(values):.3f}, from {min(values):.2f} to "
            f"{max(values):.2f}, within 7 % in {near} of {len(values)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("lena", help="folder with the sources of 5G-LENA v2.3")
    parser.add_argument("--build", default="build", help="build folder of gradwave")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--direction", nargs="+", choices=("uplink", "downlink"),
                        default=["uplink", "downlink"])
    parser.add_argument("--radius", type=int, nargs="+", default=[10, 50, 100, 200], help="in m")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--mcs-table", choices=("1", "2"), default="2", help="1: 64QAM, 2: 256QAM")
    options = parser.parse_args()
    lena = build_lena(options.lena, options.build)
    links = os.path.join(options.build, "tests", "benchmarks", "links")
    table = f'nr.mcs_table="{"64qam" if options.mcs_table == "1" else "256qam"}"'
    usual = [table] + [f"nr.{word}" for word in DEFAULTS.split()]

    def measure(case):
        like = [table, f"nr.pucch_blocks={PUCCH_BLOCKS[case.mhz]}"]
        return (case, theirs(lena, case, options.mcs_table), ours(links, case, like),
                ours(links, case, usual))

    print("| | MHz | m | robots | bytes | rounds | 5G-LENA, s | ours as it | ours by default |")
    print("|" + " --- |" * 9)
    ratios = {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for case, lena_s, like_s, default_s in pool.map(measure, cases(options)):
            age = "new connections" if case.rounds == 1 else f"{case.size} bytes"
            start = (f"| {case.direction} | {case.mhz} | {case.radius_m} | {case.robots} | "
                     f"{case.size} | {case.rounds} |")
            if lena_s is None:
                print(f"{start} not complete | {like_s:.4f} s | {default_s:.4f} s |", flush=True)
                continue
            ratios.setdefault((case.direction, age), []).append((like_s / lena_s, default_s / lena_s))
            print(f"{start} {lena_s:.4f} | {like_s / lena_s:.2f} | {default_s / lena_s:.2f} |",
                  flush=True)
    print()
    for (direction, age), pairs in ratios.items():
        like, default = zip(*pairs)
        print(summary(f"{direction}, {age}, as it", like))
        print(summary(f"{direction}, {age}, by default", default))


if __name__ == "__main__":
    main()
