#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds our 5G against 5G-LENA, CTTC's full-stack NR module for ns-3: the latency of a round of uploads,
ours over theirs, with our settings as theirs (lena.toml) and with our defaults. Needs Debian 12's
ns-3 3.37 and the sources of 5G-LENA for it, of which it builds a library beside them:

    git clone --branch v2.3 https://gitlab.com/cttc-lena/nr.git /tmp/lena
    cmake --preset release && cmake --build --preset release
    tests/benchmarks/lena.py /tmp/lena
"""

import argparse
import concurrent.futures
import os
import re
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SCENARIO = os.path.join(HERE, "lena.toml")
DEFAULTS = """fading="tdl-d" downlink_layers=2 scheduler="proportional-fair" receiver_loss_db=2.0 p0_dbm=-76
request_period_s=0.02 first_grant_bytes=512 k1_slots=4 k2_slots=4 processing_s=0.003 control_symbols=2
dmrs_elements=24 pucch_blocks=-1"""
MOST_REQUESTS = 12  # of robots in one uplink slot


def run(words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0 or not done.stdout:
        sys.exit(f"{' '.join(words)}\n{done.stderr}")
    return done.stdout


def build_lena(sources):
    """Its sources, headers side by side as ns-3 would install them, and lena.cc."""
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
    flags = ["g++", "-std=c++17", "-O2", "-w", "-fPIC", "-I", os.path.dirname(headers), "-I", headers]

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
    run_quietly(flags + [os.path.join(HERE, "lena.cc")] + objects + libraries + ["-o", program])
    return program


def run_quietly(words):
    done = subprocess.run(words, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}\n{done.stderr}")


def ours(program, case, settings):
    mhz, radius, robots, size, rounds = case
    words = [program, SCENARIO, "nr", str(size), str(rounds), f"team.workers={robots}",
             f"nr.bandwidth_mhz={mhz}", f"placement.radius_m={radius}"] + settings
    return float(run(words).split(",")[0])


def theirs(program, case, mcs_table):
    mhz, radius, robots, size, rounds = case
    return float(run([program, f"--bandwidth_mhz={mhz}", f"--radius_m={radius}", f"--robots={robots}",
                      f"--bytes={size}", f"--rounds={rounds}",
                      f"--mcs_table={mcs_table}"]).split(",")[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("lena", help="folder with the sources of 5G-LENA v2.3")
    parser.add_argument("--build", default="build", help="build folder of gradwave")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--mcs-table", choices=("1", "2"), default="2", help="1: 64QAM, 2: 256QAM")
    options = parser.parse_args()
    lena = build_lena(options.lena)
    links = os.path.join(options.build, "tests", "benchmarks", "links")
    table = [f'nr.mcs_table="{"64qam" if options.mcs_table == "1" else "256qam"}"']

    print("| MHz | m | robots | bytes | 5G-LENA, s | ours as it | ours by default |")
    print("|" + " --- |" * 7)
    ratios = []
    for mhz in (20, 100):
        for radius in (10, 50, 100, 200):
            for robots in (1, 4, 16):
                for size in (10000, 100000, 1000000):
                    case = (mhz, radius, robots, size, options.rounds)
                    often = ["nr.request_period_s=0.005"] if robots > MOST_REQUESTS else []
                    usual = [f"nr.{word}" for word in DEFAULTS.split()]
                    lena_s = theirs(lena, case, options.mcs_table)
                    like = ours(links, case, table + often) / lena_s
                    default = ours(links, case, table + usual) / lena_s
                    ratios.append((like, default))
                    print(f"| {mhz} | {radius} | {robots} | {size} | {lena_s:.4f} | {like:.2f} | "
                          f"{default:.2f} |", flush=True)
    for name, values in zip(("as it", "by default"), zip(*ratios)):
        near = sum(abs(value - 1) <= 0.15 for value in values)
        print(f"\nours {name}: median {statistics.median(values):.3f}, within 15 % in {near} of "
              f"{len(values)}, from {min(values):.2f} to {max(values):.2f}")


if __name__ == "__main__":
    main()
