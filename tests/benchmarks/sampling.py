# SPDX-License-Identifier: GPL-2.0-only
"""Whether sampled fidelity keeps what it says: each scenario below under many seeds, packet by packet
and sampled, and how often the packets' time lies in the sampled run's interval: at the end, and after
half of the rounds.

    python3 tests/benchmarks/sampling.py FOLDER [--seeds 40] [--error 0.05] [--only NAME ...]

FOLDER takes the results, and keeps them: run again, it goes on with what is missing. Host seconds
compare one process a run, learning included.
"""
import argparse
import math
import pathlib
import sqlite3
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = ROOT / "scenarios" / "files"

COMMON = """
seeds = {seeds}
[data]
dataset = "procedural"
[model]
architecture = "mlp"
hidden = [{hidden}]
[training]
rounds = {rounds}
evaluate_every = {every}
[compression]
sparsifier = "topk"
ratio = {ratio}
schedule = "adaptopk"
t_hat = {t_hat}
[theory]
pilot_rounds = 0
[compute]
device = "jetson-nano"
[[variant]]
name = "packets"
[[variant]]
name = "sampled"
network.fidelity = "sampled"
network.max_error = {error}
"""

WIFI = '[link]\ntechnology = "wifi"\n'
NR = """[link]
technology = "nr"
[radio]
path_loss = "inf-dh"
[nr]
bandwidth_mhz = 20
[placement]
access_point_height_m = 8
"""
WAREHOUSE = f"""[link]
technology = "mesh"
[floor]
plan = "{FILES}/warehouse.toml"
[placement]
access_point_m = [12, 30]
[mobility]
model = "patrol"
speed_min_mps = 1.0
speed_max_mps = 1.5
loops_m = [[[12, 5], [95, 5], [95, 15], [12, 15]], [[12, 25], [95, 25], [95, 35], [12, 35]],
           [[12, 45], [95, 45], [95, 55], [12, 55]]]
[mesh]
update_period_s = 0.5
unreached = "wait"
"""
CIRCLE = '[placement]\nlayout = "circle"\n'

# name: workers, rounds, hidden, ratio, the rest
SCENARIOS = {
    "wifi near": (8, 600, 32, 64, WIFI + "[placement]\nradius_m = 20\n"),
    "wifi dense": (8, 300, 32, 4, WIFI + "[placement]\nradius_m = 30\n"),
    "wifi far": (8, 400, 32, 64, WIFI + CIRCLE + 'radius_m = 50\n'),
    "wifi rayleigh": (8, 400, 32, 64, WIFI + CIRCLE + 'radius_m = 40\n[radio]\nfading = "rayleigh"\n'),
    "wifi 32 robots": (32, 300, 32, 64, WIFI + "[placement]\nradius_m = 25\n"),
    "wifi wandering": (8, 600, 32, 64, WIFI + "[placement]\nradius_m = 60\n[mobility]\n"
                       'model = "random-waypoint"\n'),
    # Robots go out of reach and come back.
    "wifi, out of reach": (8, 200, 32, 64, WIFI + CIRCLE + "radius_m = 75\n[mobility]\n"
                           'model = "random-waypoint"\nspeed_min_mps = 3\nspeed_max_mps = 10\n'),
    "mesh, relays": (12, 300, 32, 64, WAREHOUSE + 'aggregation = "relays"\n'),
    "mesh, server": (12, 300, 32, 64, WAREHOUSE),
    # Robots lose their routes and find them again.
    "mesh, wandering": (8, 200, 32, 64, """[link]
technology = "mesh"
[placement]
radius_m = 90
[mobility]
model = "random-waypoint"
speed_min_mps = 3
speed_max_mps = 10
[mesh]
update_period_s = 0.5
unreached = "wait"
"""),
    "5g": (8, 400, 32, 16, NR + 'layout = "circle"\nradius_m = 40\n'),
    "5g wandering": (8, 400, 32, 16, NR + "radius_m = 40\n[mobility]\n"
                     'model = "random-waypoint"\n'),
    "trace": (6, 400, 32, 64, f"""[link]
technology = "trace"
[trace]
uplink = ["{FILES}/drive-up.csv"]
downlink = ["{FILES}/drive-down.csv"]
between = "lines"
ending = "loop"
shift_s = 20
delay_s = 0.02
"""),
    "lossy wire": (8, 600, 32, 16, '[link]\ntechnology = "wire"\n[wire]\nrate_bps = 2e7\n'
                   "delay_s = 0.02\nloss = 0.005\n"),
}


def run(folder, name, options):
    workers, rounds, hidden, ratio, rest = SCENARIOS[name]
    common = COMMON.format(seeds=list(range(1, options.seeds + 1)), rounds=rounds, hidden=hidden,
                           ratio=ratio, every=rounds // 20, t_hat=rounds // 3, error=options.error)
    head, tail = common.split("[[variant]]", 1)
    scenario = folder / (name.replace(" ", "-").replace(",", "") + ".toml")
    scenario.write_text(f'name = "{name}"\n{head}[team]\nworkers = {workers}\n{rest}[[variant]]{tail}')
    database = scenario.with_suffix(".sqlite")
    subprocess.run([options.program, "run", str(scenario), "--db", str(database)], check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return database


def ask(database, sql):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute(sql).fetchall()


def wilson(hits, n):
    """The 95 % interval of a share."""
    z = 1.96
    middle = (hits + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(hits * (n - hits) / n + z * z / 4)
    return middle - half, middle + half


def report(name, database):
    of = {}
    for run_id, variant, seed, status, time_s, low, high, drawn, rounds, host, error in ask(
            database, "SELECT run_id, variant, seed, status, time_s, time_low_s, time_high_s, "
            "rounds_drawn, rounds, host_wall_s, time_error_s FROM run_summary"):
        of[variant, seed] = dict(run=run_id, status=status, time=time_s, low=low, high=high,
                                 drawn=drawn, rounds=rounds, host=host, error=error)
    seeds = sorted({seed for _, seed in of})
    hits = total = half_hits = half_total = 0
    errors, widths, parts, drawn, gains = [], [], [], [], []
    for seed in seeds:
        packets, sampled = of.get(("packets", seed)), of.get(("sampled", seed))
        if not packets or not sampled or {packets["status"], sampled["status"]} != {"complete"}:
            continue
        total += 1
        hits += sampled["low"] <= packets["time"] <= sampled["high"]
        errors.append(sampled["time"] / packets["time"] - 1)
        widths.append(max(sampled["high"] - sampled["time"], sampled["time"] - sampled["low"])
                      / sampled["time"])
        parts.append(sampled["error"] / sampled["time"])
        drawn.append(sampled["drawn"] / sampled["rounds"])
        gains.append(packets["host"] / sampled["host"])
        middle = sampled["rounds"] // 2
        then = [ask(database, f"SELECT start_s + latency_s, time_low_s, time_high_s FROM rounds "
                    f"WHERE run_id = {each['run']} AND round = {middle}")[0]
                for each in (packets, sampled)]
        half_total += 1
        half_hits += then[1][1] <= then[0][0] <= then[1][2]
    if not total:
        print(f"{name:16} no pair is complete")
        return
    low, high = wilson(hits, total)
    root = math.sqrt(sum(e * e for e in errors) / total)
    print(f"{name:16} {hits:3}/{total:<3} ({100 * low:.0f} to {100 * high:.0f} %)  half-way "
          f"{half_hits:3}/{half_total:<3}  error: mean {100 * sum(errors) / total:+.2f} %, "
          f"rms {100 * root:.2f} %  interval +-{100 * sum(widths) / total:.2f} %, of which "
          f"sampling {100 * sum(parts) / total:.2f} %  drawn "
          f"{100 * sum(drawn) / total:.0f} %  host {sum(gains) / total:.2f}x")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--error", type=float, default=0.05)
    parser.add_argument("--only", nargs="*", default=list(SCENARIOS))
    parser.add_argument("--program", default=str(ROOT / "gradwave"))
    parser.add_argument("--report", action="store_true", help="of what is there, running nothing")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.only:
        database = options.folder / (name.replace(" ", "-").replace(",", "") + ".sqlite")
        if not options.report:
            database = run(options.folder, name, options)
        if database.exists():
            report(name, database)


if __name__ == "__main__":
    main()
