#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""How a run's costs grow: host time, events, memory and file against rounds, robots and bytes a round,
and how many runs at a time are how much faster. A log-log line through each series gives its exponent.

    /usr/bin/python3 tests/benchmarks/growth.py FOLDER [--only NAME ...] [--plot growth.png]

FOLDER takes the results, and keeps them: run again, it goes on with what is missing, and
`--program ./gradwave` may be another. One run at a time but for the last series, every cost as the
run itself has measured it (results/schema.sql, runs.host_*). Needs numpy; matplotlib for the plot.
"""
import argparse
import os
import pathlib
import sqlite3
import statistics
import subprocess
import time

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]

COMMON = """
seeds = {seeds}
[team]
workers = {workers}
[data]
dataset = "procedural"
[model]
hidden = [{hidden}]
[training]
rounds = {rounds}
evaluate_every = {every}
[compression]
ratio = {ratio}
downlink = "{downlink}"
[theory]
pilot_rounds = 0
[compute]
device = "jetson-nano"
[results]
transfers = "{transfers}"
[host]
ahead = {ahead}
[[variant]]
name = "Top-K"
"""
WORLDS = {
    "Wi-Fi": '[link]\ntechnology = "wifi"\n',
    "5G": '[link]\ntechnology = "nr"\n[nr]\nbandwidth_mhz = 100\nrequest_period_s = 0.16\n',
    "wire": '[link]\ntechnology = "wire"\n',
    "mesh": '[link]\ntechnology = "mesh"\n[placement]\nradius_m = 30\n',
}
USUAL = {"workers": 8, "hidden": 64, "rounds": 10, "every": 1000000, "ratio": 256, "seeds": [1],
         "downlink": "sparse-union", "transfers": "all", "ahead": 64}


def series(name, unit, key, world, values, **others):
    return {"name": name, "unit": unit, "key": key, "world": world, "values": values,
            "others": others}


SERIES = [
    series("rounds, Wi-Fi", "rounds", "rounds", "Wi-Fi", [100, 300, 1000, 3000]),
    series("rounds, wire", "rounds", "rounds", "wire", [300, 1000, 3000, 10000, 30000],
           hidden=8, transfers="none"),
    series("robots, Wi-Fi", "robots", "workers", "Wi-Fi", [8, 16, 32, 64]),
    series("robots, mesh", "robots", "workers", "mesh", [8, 16, 32, 64]),
    series("robots, 5G", "robots", "workers", "5G", [8, 64, 200, 450]),
    series("robots, wire", "robots", "workers", "wire", [8, 64, 200, 450]),
    series("bytes, Wi-Fi", "k", "ratio", "Wi-Fi", [512, 128, 32, 8, 2]),
    series("bytes, 5G", "k", "ratio", "5G", [512, 128, 32, 8, 2]),
    series("bytes, wire", "k", "ratio", "wire", [512, 128, 32, 8, 2]),
]
COLUMNS = ["host_network_s", "host_learning_s", "host_events", "host_peak_bytes", "host_file_bytes"]


def run(options, name, settings, world, jobs=1):
    """The costs of the last experiment's first run, the bytes of its rounds, and seconds of them all."""
    folder = pathlib.Path(options.folder)
    scenario = folder / f"{name}.toml"
    database = folder / f"{name}.sqlite"
    text = COMMON.format(**{**USUAL, **settings})
    head, tail = text.split("[[variant]]")
    scenario.write_text(head + WORLDS[world] + "[[variant]]" + tail)
    start = time.monotonic()
    done = subprocess.run([options.program, "run", scenario, "--db", database, "--jobs", str(jobs)],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{scenario}: {done.stderr}")
    seconds = time.monotonic() - start
    connection = sqlite3.connect(database)
    row = connection.execute(
        f"SELECT {', '.join(COLUMNS)}, (SELECT avg(uplink_payload_bytes + downlink_payload_bytes) "
        "FROM rounds WHERE run_id = id) FROM runs WHERE experiment_id = (SELECT max(id) FROM "
        "experiments) ORDER BY id LIMIT 1").fetchone()
    connection.close()
    return dict(zip([*COLUMNS, "bytes"], row)), seconds


def exponent(x, y):
    """Slope of the least-squares line of log y over log x."""
    return numpy.polyfit(numpy.log(x), numpy.log(y), 1)[0]


def measure(options, each):
    points = []
    for value in each["values"]:
        settings = {**each["others"], each["key"]: value}
        name = f"{each['name'].replace(', ', '-')}-{value}"
        costs, _ = run(options, name, settings, each["world"])
        x = costs["bytes"] if each["key"] == "ratio" else value
        points.append({"x": x, **costs})
    return points


def report(each, points):
    print(f"\n{each['name']}")
    print(f"{'':>12} {'network s':>10} {'learning s':>10} {'events':>12} {'memory MB':>10} {'file kB':>9}")
    for point in points:
        print(f"{point['x']:12.0f} {point['host_network_s']:10.3f} {point['host_learning_s']:10.3f} "
              f"{point['host_events']:12d} {point['host_peak_bytes'] / 1e6:10.1f} "
              f"{point['host_file_bytes'] / 1e3:9.0f}")
    x = [point["x"] for point in points]
    slopes = [exponent(x, [point[column] for point in points]) for column in COLUMNS]
    print("    exponent {:10.2f} {:10.2f} {:12.2f} {:10.2f} {:9.2f}".format(*slopes))


def parallel(options):
    """Eight runs, a processor each: one at a time and as many as there are, in turn, each time into a
    file of its own."""
    processors = len(os.sched_getaffinity(0))
    ratios = []
    settings = {"seeds": list(range(1, 9)), "rounds": 400, "ahead": 0}
    for turn in range(options.turns):
        seconds = {}
        for jobs in (1, processors):
            name = f"parallel-{jobs}-{turn}"
            for old in pathlib.Path(options.folder).glob(name + ".sqlite*"):
                old.unlink()
            _, seconds[jobs] = run(options, name, settings, "Wi-Fi", jobs)
        ratios.append(seconds[1] / seconds[processors])
    print(f"\nruns at a time: {processors} on {processors} processors are "
          f"{statistics.median(ratios):.2f} times one ({min(ratios):.2f} to {max(ratios):.2f})")


def plot(all_points, file):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as pyplot
    figure, axes = pyplot.subplots(2, 3, figsize=(12, 6.5), layout="constrained")
    for column, unit in enumerate(["rounds", "robots", "bytes"]):
        for each, points in all_points:
            if not each["name"].startswith(unit):
                continue
            x = [point["x"] for point in points]
            time_s = [point["host_network_s"] for point in points]
            megabytes = [point["host_peak_bytes"] / 1e6 for point in points]
            label = f"{each['world']}: exponent {exponent(x, time_s):.2f}"
            axes[0][column].loglog(x, time_s, "o-", label=label)
            axes[1][column].semilogx(x, megabytes, "o-", label=each["world"])
        axes[0][column].set_title(f"{unit}" + (" a round" if unit == "bytes" else ""))
        axes[0][column].legend(fontsize=8)
        axes[1][column].set_ylim(0, 1.1 * axes[1][column].get_ylim()[1])
        for row in (0, 1):
            axes[row][column].grid(alpha=0.3)
    axes[0][0].set_ylabel("network, host seconds")
    axes[1][0].set_ylabel("memory at most, MB")
    figure.savefig(file, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--program", default=str(ROOT / "gradwave"))
    parser.add_argument("--only", nargs="*", help="series, or 'parallel'")
    parser.add_argument("--turns", type=int, default=3, help="of the parallel runs")
    parser.add_argument("--plot", help="picture to write")
    options = parser.parse_args()
    pathlib.Path(options.folder).mkdir(parents=True, exist_ok=True)
    all_points = []
    for each in SERIES:
        if options.only and each["name"] not in options.only:
            continue
        points = measure(options, each)
        report(each, points)
        all_points.append((each, points))
    if not options.only or "parallel" in options.only:
        parallel(options)
    if options.plot:
        plot(all_points, options.plot)


if __name__ == "__main__":
    main()
