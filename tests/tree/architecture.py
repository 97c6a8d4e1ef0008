#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks the #include lines of the tree against the architecture that CONTRIBUTING.md draws, and that
no file compares a word of the scenario outside its table.

    tests/tree/architecture.py includes     modules, libraries, and no cycle of subdirectories
    tests/tree/architecture.py words        comparisons with words of technologies and the like
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = ("learning", "channel-models", "results", "sim")
# Which modules a module may include beside itself.
MAY_INCLUDE = {"learning": (), "channel-models": (), "results": (), "sim": ("learning", "channel-models", "results")}
# Which folders may include a library.
LIBRARIES = {
    r"(torch|ATen|c10)/": ("learning/",),
    r"ns3/": ("channel-models/", "sim/transport/"),
    r"sqlite3\.h": ("results/",),
}
INCLUDE = re.compile(r'^\s*#include\s+[<"]([^>"]+)[>"]', re.M)


def sources():
    for module in MODULES:
        for path in sorted((ROOT / module).rglob("*")):
            if path.suffix in (".h", ".cc"):
                yield path


def includes():
    """(file, line, included), files relative to the root."""
    for path in sources():
        text = path.read_text()
        for match in INCLUDE.finditer(text):
            yield str(path.relative_to(ROOT)), text.count("\n", 0, match.start(1)) + 1, match.group(1)


def node(path):
    """A subdirectory with all below it; a header or source of a module's root is one of its own."""
    parts = path.split("/")
    return "/".join(parts[:2])


def components(graph):
    """Strongly connected components of more than one node (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(at):
        index[at] = low[at] = len(index)
        stack.append(at)
        for other in graph.get(at, ()):
            if other not in index:
                visit(other)
                low[at] = min(low[at], low[other])
            elif other in stack:
                low[at] = min(low[at], index[other])
        if low[at] == index[at]:
            part = []
            while True:
                part.append(stack.pop())
                if part[-1] == at:
                    break
            if len(part) > 1:
                found.append(sorted(part))

    for each in sorted(graph):
        if each not in index:
            visit(each)
    return found


def check_includes():
    wrong, edges = [], {}
    for file, line, included in includes():
        module = file.split("/")[0]
        other = included.split("/")[0]
        if other in MODULES and other != module and other not in MAY_INCLUDE[module]:
            wrong.append(f"{file}:{line}: {module} includes {included}")
        for pattern, folders in LIBRARIES.items():
            if re.match(pattern, included) and not file.startswith(folders):
                wrong.append(f"{file}:{line}: includes {included}, which belongs to {', '.join(folders)}")
        if other == module:
            here, there = node(file), node(included)
            if here != there:
                edges.setdefault((here, there), []).append(f"{file}:{line}: {included}")
    graph = {}
    for here, there in edges:
        graph.setdefault(here, set()).add(there)
        graph.setdefault(there, set())
    for part in components(graph):
        wrong.append("a cycle of subdirectories: " + ", ".join(part))
        for (here, there), lines in sorted(edges.items()):
            if here in part and there in part:
                wrong += [f"    {line}" for line in lines[:40]]
    return wrong


# Options that hold a word of a table, by the name of their member; and the files of these tables.
WORDS = ("technology", "aggregation", "unreached", "sparsifier", "schedule", "learning_rate_schedule", "downlink",
         "partition", "dataset", "architecture", "augmentation", "fidelity", "arithmetic", "standard", "rate_control",
         "path_loss", "fading", "layout", "model", "transfers", "jitter", "congestion_control", "pattern", "access",
         "combining", "between", "ending", "links", "server", "rlc", "scheduler", "band", "mcs_table")
COMPARED = re.compile(r"\.(" + "|".join(WORDS) + r')\s*[=!]=\s*("|k[A-Z])|[."](' + "|".join(WORDS) + r")\.(rfind|compare)\(")
# A word has rules of its own beside its row: in the file of its table alone.
TABLE_FILES = (
    "channel-models/motion/mobility.cc", "channel-models/nr/nr.cc", "channel-models/radio/tr38901.cc",
    "learning/data/partition.cc", "learning/training/learning_rate.cc", "sim/sampling/sampled_transport.cc",
)


def check_words():
    wrong = []
    for path in sources():
        file = str(path.relative_to(ROOT))
        if file in TABLE_FILES:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if COMPARED.search(line):
                wrong.append(f"{file}:{number}: compares a word outside its table: {line.strip()}")
    return wrong


def main():
    checks = {"includes": check_includes, "words": check_words}
    if len(sys.argv) != 2 or sys.argv[1] not in checks:
        sys.exit(__doc__)
    wrong = checks[sys.argv[1]]()
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
