#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Throughput over distance, round latency over robots, and what simulating each costs: 5G (20 MHz, one
uplink slot in five), Wi-Fi (802.11ax, 20 MHz) and ns-3's LTE (20 MHz each way) in one hall, in turn on
one machine. Prints a table each; --figure draws the first two (needs python3-matplotlib).

    cmake --preset release && cmake --build --preset release
    tests/benchmarks/links.py --figure notebooks/links.png
"""

import argparse
import os
import statistics
import subprocess

LINKS = ["nr", "wifi", "lte"]
NAMES = {"nr": "5G, DDDSU", "wifi": "Wi-Fi 6", "lte": "LTE, FDD"}
COLUMNS = ["latency_s", "mbps", "s_per_mb", "s_per_idle_s", "us_per_event"]
HALL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "links.toml")

def measure(program, link, robots, size, radius, rounds):
    settings = [f"team.workers={robots}"]
    if link not in ("wire", "trace"):
        settings.append(f"placement.radius_m={radius}")
    words = [program, HALL, link, "uplink", str(size), str(rounds)] + settings
    line = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if not line.stdout:
        return dict.fromkeys(COLUMNS) | {"mbps": 0.0}  # refused: out of reach
    return {name: float(value) if value.strip() else None
            for name, value in zip(COLUMNS, line.stdout.split(","))}


def print_table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + " --- |" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default="build", help="build folder")
    parser.add_argument("--repeat", type=int, default=3, help="of the costs, in turn")
    parser.add_argument("--figure", help="a .png or .svg to draw")
    options = parser.parse_args()
    program = os.path.join(options.build, "tests", "benchmarks", "links")

    radii = [10, 20, 40, 80, 120, 160, 240, 320, 480, 640]
    far = {link: [measure(program, link, 1, 1000000, radius, 3)["mbps"] for radius in radii]
           for link in LINKS}
    print("One robot uploading 1 MB, Mbit/s\n")
    print_table(["radius m"] + [str(radius) for radius in radii],
                [[NAMES[link]] + [f"{rate:.1f}" for rate in far[link]] for link in LINKS])

    teams = [1, 2, 4, 8, 16, 32, 64]
    many = {link: [measure(program, link, robots, 20000, 20, 3)["latency_s"]
                   for robots in teams if link != "lte" or robots <= 32] for link in LINKS}
    print("A round of 20 kB from each robot, 20 m away, s\n")
    print_table(["robots"] + [str(robots) for robots in teams],
                [[NAMES[link]] + [f"{latency:.3f}" for latency in many[link]] +
                 [""] * (len(teams) - len(many[link])) for link in LINKS])

    rows = []
    for robots in [8, 64]:
        costs = {link: [] for link in LINKS + ["mesh", "trace", "wire"]}
        for _ in range(options.repeat):
            for link in costs:
                if link != "lte" or robots < 64:
                    costs[link].append(measure(program, link, robots, 100000, 20, 3))
        for link, runs in costs.items():
            if runs:
                rows.append([NAMES.get(link, link), str(robots)] +
                            [f"{statistics.median(run[name] for run in runs):.4f}"
                             for name in COLUMNS[2:]])
    print("Costs of 3 rounds of 100 kB from each, then 10 idle seconds; medians\n")
    print_table(["", "robots", "s of CPU a MB", "s of CPU an idle s", "us an event"], rows)

    if options.figure:
        draw(options.figure, radii, far, teams, many)


def draw(figure, radii, far, teams, many):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    _, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    for link in LINKS:
        left.plot(radii, far[link], marker="o", label=NAMES[link])
        right.plot(teams[:len(many[link])], many[link], marker="o", label=NAMES[link])
    left.set(xscale="log", xlabel="distance, m", ylabel="Mbit/s, one robot uploading 1 MB")
    right.set(xscale="log", yscale="log", xlabel="robots", ylabel="s, a round of 20 kB from each")
    right.set_xticks(teams, [str(robots) for robots in teams])
    left.set_xticks([10, 40, 160, 640], ["10", "40", "160", "640"])
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.minorticks_off()
    left.legend()
    plt.tight_layout()
    plt.savefig(figure, dpi=120)


if __name__ == "__main__":
    main()
