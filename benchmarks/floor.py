"""What the steps of an audit cost at least: each by itself, written as plainly as Python allows, as ratios to ``git diff``.

    python benchmarks/floor.py [--lines N] [--pairs N] [--workloads DIR]

A step reads what it needs from git, does its work and nothing else: no rule, no evidence, no check of what it read. The same
process with the step left out is its start-up, and taken off. What a budget asks of an audit is to be seen beside these.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from measuring import Command, clean, rounds
from workloads import mixed

# Each step is a program: base and head in argv, START alone where the step is left out.
COMMON = """
import hashlib, re, subprocess, sys
from typing import NamedTuple
class Line(NamedTuple):
    number: int
    text: str
base, head = sys.argv[1:3]
def git(*words, given=None):
    return subprocess.run(["git", *words], input=given, stdout=subprocess.PIPE, check=True).stdout
def patch():
    return git("diff", "-U0", "--no-renames", base, head)
def blobs():
    raw = git("diff-tree", "-r", "-z", "--no-renames", base, head).split(b"\\0")
    words = [record.split() for record in raw[0::2] if record]
    ids = [(one, path.decode()) for record, path in zip(words, raw[1::2]) for one in record[2:4] if set(one) != {48}]
    stream, at = git("cat-file", "--batch", given=b"".join(one + b"\\n" for one, _ in ids)), 0
    for _, path in ids:
        end = stream.index(b"\\n", at)
        size = int(stream[at:end].split()[2])
        yield path, stream[end + 1 : end + 1 + size]
        at = end + 2 + size
"""
STEPS = {
    "its output is read": "patch()",
    "and searched for one word": "re.search(rb'NOWHERE', patch())",
    "and searched for 27 words": r"re.search(rb'\b(?:' + b'|'.join(b'W%d' % k for k in range(27)) + rb')\b', patch())",
    "and cut into lines": "patch().split(b'\\n')",
    "and each line an object with its number": (
        "[Line(k, one[1:]) for k, one in enumerate(patch().decode('utf-8', 'surrogateescape').split('\\n')) if one[:1] in '+-']"
    ),
    "both ends of each file are read": "[None for _ in blobs()]",
    "and hashed": "[hashlib.sha1(b'blob %d\\0' % len(data) + data).digest() for _, data in blobs()]",
    "and parsed once": (
        "from ast_grep_py import SgRoot\n"
        "kinds = {'ts': 'typescript', 'py': 'python'}\n"
        "[SgRoot(data.decode(), kinds[path.rsplit('.', 1)[1]]).root() for path, data in blobs() if path.endswith(('.ts', '.py'))]"
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=80_000)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--workloads", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = (options.workloads or Path(name)).resolve()
        work = mixed(place / f"floor-{options.lines}", options.lines)
        env = clean(Path(name), os.environ)

        def step(code: str, base: str) -> Command:
            return Command((sys.executable, "-c", f"{COMMON}\n{code}\n", base, work.head), work.folder)

        def diff(base: str) -> Command:
            return Command(("git", "diff", "-U0", "--no-renames", base, work.head), work.folder)

        # From head to head there is nothing to read: what is left is the start.
        sides = {"git": diff(work.base), "git at rest": diff(work.head)}
        for title, code in STEPS.items():
            sides |= {title: step(code, work.base), f"{title} at rest": step(code, work.head)}
        found = rounds(sides, options.pairs, env)
    print("| step | times `git diff` |\n| --- | --- |")
    for title in STEPS:
        ratios = [
            (one[title].wall - one[f"{title} at rest"].wall) / (one["git"].wall - one["git at rest"].wall) for one in found
        ]
        print(f"| {title} | {statistics.median(ratios):.1f} |")


if __name__ == "__main__":
    main()
