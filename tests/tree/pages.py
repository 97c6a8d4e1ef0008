#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks the pages against the tree and the program.

    tests/tree/pages.py links                 every relative link and anchor resolves
    tests/tree/pages.py commands --program P  every ./gradwave command of a sh block is accepted:
                                                       `run` is validated with the same options, queries
                                                       are asked of a small results file, the rest runs

Commands on files that only a reader has (MISSING below) are checked by their options alone.
"""
import argparse
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
READERS_FILES = {  # what a page calls so, and what stands for it here
    "my.toml": 'name = "my"\nseeds = [1]\n[data]\ntrain_samples = 400\ntest_samples = 100\n[training]\nrounds = 4\n'
               '[compute]\ndevice = "jetson-nano"\n[[variant]]\nname = "Top-K"\n[[variant]]\nname = "AdapTop-K + EC"\n'
               'compression.schedule = "adaptopk"\ncompression.error_compensation = true\n',
}
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def pages():
    """All of the tree, built ones apart."""
    return sorted(page for page in ROOT.rglob("*.md")
                  if not re.match(r"(build|\.)", str(page.relative_to(ROOT))))


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))


def anchors(page):
    """GitHub's: lower case, punctuation dropped, spaces to hyphens."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "")).strip().lower().replace(" ", "-")
            for heading in headings}


def check_links():
    wrong = []
    for page in pages():
        for match in LINK.finditer(without_code(page.read_text())):
            target = match.group(1) or match.group(2)
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (page.parent / path) if path else page
            if not file.exists():
                wrong.append(f"{page.relative_to(ROOT)}: {target}: there is no such file")
            elif anchor and file.suffix == ".md" and anchor not in anchors(file):
                wrong.append(f"{page.relative_to(ROOT)}: {target}: there is no such heading")
    return wrong


def blocks(page):
    """Shell blocks with the line at which each begins."""
    text = page.read_text()
    for match in re.finditer(r"^```sh\n(.*?)^```", text, re.M | re.S):
        yield text.count("\n", 0, match.start()) + 2, match.group(1)


def commands(block):
    """Its commands: lines joined where one goes on or a quote is open."""
    pending = ""
    for line in block.splitlines():
        pending += line + "\n"
        try:
            shlex.split(pending.rstrip().rstrip("\\"), comments=True)
        except ValueError:
            continue
        if pending.rstrip().endswith("\\"):
            continue
        if pending.strip():
            yield pending.strip()
        pending = ""
    if pending.strip():
        yield pending.strip()


def main_words(command):
    """The words after variables that are set for it, and those variables."""
    words = shlex.split(command.replace("\\\n", " "), comments=True)
    variables = {}
    while words and re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    return words, variables


def as_validation(words):
    """`run FILE --set A --jobs 2` as `validate FILE --set A`."""
    kept, words = ["validate"], words[1:]
    while words:
        word = words.pop(0)
        if word in ("--set", "--variant"):
            kept += [word, words.pop(0)]
        elif word.startswith(("--set=", "--variant=")) or not word.startswith("-"):
            kept.append(word)
        elif word not in ("--again", "--retrain", "--retry-failed") and "=" not in word and words:
            words.pop(0)  # the value of an option that only a run has
    return kept


class Commands:
    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)
        for name, text in READERS_FILES.items():
            (self.folder / name).write_text(text)
        for name in ("scenarios", "notebooks"):
            (self.folder / name).symlink_to(ROOT / name)
        small = ["--set", "training.rounds=6", "--set", "data.train_samples=600", "--set", "data.test_samples=100",
                 "--set", "training.evaluate_every=2"]
        for words in (["scenarios/quickstart.toml", *small], ["my.toml"]):
            made = self.run(["run", *words])
            if made.returncode:
                sys.exit(f"the results file of the queries was not made: {made.stdout}{made.stderr}")

    def run(self, words, variables=None):
        return subprocess.run([self.program, *words], cwd=self.folder, capture_output=True, text=True,
                              env={**os.environ, **(variables or {})}, timeout=300)

    def check(self, command):
        """None, or what is wrong with it."""
        words, variables = main_words(command)
        if not words or words[0] in ("export", "cd", "echo", "sudo", "apt", "jupyter", "sqlite3", "python3", "git"):
            return None
        if words[0] != "./gradwave":
            return self.check_program(words[0])
        words = words[1:]
        if "|" in words:
            words = words[:words.index("|")]
        if ">" in words:
            words = words[:words.index(">")]
        verb = words[0] if words else ""
        if verb in ("test", "merge"):
            return None
        if verb == "run":
            words = as_validation(words)
            verb = "validate"
        if verb in ("validate", "map"):
            expanded = []
            for word in words:
                expanded += sorted(str(path.relative_to(self.folder)) for path in self.folder.glob(word)) \
                    if "*" in word and not word.startswith("-") else [word]
            words = expanded
            if any(word.endswith(".toml") and not (self.folder / word).exists() for word in words):
                return "a scenario that is neither shipped nor in READERS_FILES"
        elif "--db" in words:  # a results file of another name holds the same
            named = self.folder / words[words.index("--db") + 1]
            if not named.exists():
                shutil.copy(self.folder / "results.sqlite", named)
        ended = self.run(words, variables)
        output = ended.stdout + ended.stderr
        # Data sets and users' own files are not on every machine.
        if ended.returncode and re.search(r"(data\.|model\.file|MNIST|CIFAR|GRADWAVE_DATA|there is no such file)", output):
            return None
        return f"exit code {ended.returncode}: {output.strip()[:300]}" if ended.returncode else None

    def check_program(self, name):
        path = ROOT / name
        if name.startswith(("tests/", "./")) and not path.exists() and not name.startswith("build/"):
            return f"{name}: there is no such program"
        return None


def check_commands(program):
    wrong, checked = [], 0
    with tempfile.TemporaryDirectory() as folder:
        checker = Commands(program, folder)
        seen = set()
        for page in pages():
            for line, block in blocks(page):
                for command in commands(block):
                    if command in seen:
                        continue
                    seen.add(command)
                    checked += 1
                    reason = checker.check(command)
                    if reason:
                        wrong.append(f"{page.relative_to(ROOT)}:{line}: {command.splitlines()[0]}: {reason}")
    print(f"{checked} commands")
    return wrong if checked else ["no command was found"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["links", "commands"])
    parser.add_argument("--program", default=str(ROOT / "gradwave"))
    options = parser.parse_args()
    wrong = check_links() if options.what == "links" else check_commands(os.path.abspath(options.program))
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
