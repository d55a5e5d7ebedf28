"""Repositories to measure on, made by ``git fast-import``: the same commits for the same size, on every machine.

    python benchmarks/workloads.py NAME FOLDER [--size N]

makes the bare repository FOLDER and prints its base, its head, and two commits on head that are start-up alone: one adds a file
of one line in no language, the other a file of one line in each language that the workloads have.

``mixed``      N added lines in files of 200, half of them new, half of them grown; a story with its plan and its log
``huge``       N added lines in four files
``files``      N new files of five lines
``minified``   one line of N bytes
``renames``    N files that move to another folder
``commits``    N commits, two files changed in each
``chunks``     a log of N chunks over a change of 200 files
``wide``       a tree of N files, 20 of which were changed
``findings``   N markers of unfinished work, twenty a file

Each has the profiles ``todo-alone`` and ``history-alone`` at base, for a rule or two by themselves.
"""

import argparse
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import written
from written import Dice

STORY = "CART-042"
STORY_FOLDER = f"plans/features/shop/in-progress/{STORY}"
PAPERS = f"{STORY_FOLDER}/_implementation"
LOG = f"{PAPERS}/BACKEND-LOG.md"
PROFILES = ".agent-compliance/profiles"
CRITERIA = 12
WHEN = 1_760_000_000  # of the first commit; each other is a minute later
PER_FILE = 200  # lines that a file of ``mixed`` adds
PER_CHUNK = 25  # files that a chunk of a log lists

ONE_OF_EACH = {
    "a.ts": "export const a = 1", "__tests__/a.test.ts": "test('a', () => expect(1).toBe(1))", "a.py": "A = 1",
    "test_a.py": "assert True", "a.sql": "select 1;", "a.md": "# One",
}  # fmt: skip

File = tuple[str, str | None]  # a path and its text, or None where it is deleted

TODO_ALONE = """spec: ""
clauses:
  TO-01:
    says: "Nothing is left undone"
    rules: {content/todo: {}}
"""
HISTORY_ALONE = f"""spec: ""
evidence:
  log: "{LOG}"
clauses:
  HI-01: {{says: "Messages say what was done", rules: {{history/commit-message: {{}}}}}}
  HI-02: {{says: "The log grows with the work", rules: {{history/log-with-chunk: {{}}}}}}
  HI-03: {{says: "Nothing is changed that the work did not ask for", rules: {{history/unrelated-churn: {{}}}}}}
  HI-04: {{says: "Form and work are apart", rules: {{history/whitespace-mixed: {{}}}}}}
"""


@dataclass(frozen=True)
class Workload:
    """A bare repository, and the commits to ask about."""

    folder: Path
    base: str
    head: str
    one_line: str
    one_of_each: str


class Stream:
    """What ``git fast-import`` reads. Nothing is held here: the largest workloads have more than fits."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._commits = 0

    def commit(
        self, branch: str, message: str, files: Iterable[File], moved: Iterable[tuple[str, str]] = (), below: int = 1
    ) -> None:
        """A commit on top of the last one, or of the one so many before."""
        self._commits += 1
        who = f"Ada <ada@example.org> {WHEN + 60 * self._commits} +0000"
        self._say(f"commit refs/heads/{branch}\nmark :{self._commits}\nauthor {who}\ncommitter {who}\n{_data(message)}")
        if self._commits > 1:
            self._say(f"from :{self._commits - below}\n")
        for old, new in moved:
            self._say(f"R {old} {new}\n")
        for path, text in files:
            self._say(f"D {path}\n" if text is None else f"M 100644 inline {path}\n{_data(text)}")
        self._say("\n")

    def _say(self, text: str) -> None:
        self._pipe.write(text.encode())


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return done.stdout.decode().strip()


@contextmanager
def _importing(folder: Path) -> Iterator[Stream]:
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "--bare", "--template=", "--object-format=sha1", "--initial-branch=main", ".")
    git(folder, "config", "gc.auto", "0")
    words = ["git", "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet"]
    with subprocess.Popen(words, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        yield Stream(process.stdin)
        process.stdin.close()
        if process.wait():
            raise SystemExit(f"git fast-import ended with {process.returncode}")


def _done(folder: Path) -> Workload:
    """Packed, as a clone has it."""
    git(folder, "repack", "-a", "-d", "-q")
    git(folder, "symbolic-ref", "HEAD", "refs/heads/agent")
    return Workload(folder, *(git(folder, "rev-parse", name) for name in ("main", "agent", "one-line", "one-of-each")))


def _start(stream: Stream, files: Iterable[File], folders: Iterable[str] | None) -> None:
    """Base, in two commits; without ``folders`` it has no story."""
    stream.commit("main", "Start the shop\n", [*_law(), *(_papers(folders) if folders is not None else ())])
    stream.commit("main", "Add what the shop has\n", files)


def _end(stream: Stream) -> None:
    stream.commit("one-line", "Add one line\n", [("one-line-of-a-benchmark.txt", "one line\n")])
    each = [(f"packages/backend/one/{name}", f"{line}\n") for name, line in ONE_OF_EACH.items()]
    stream.commit("one-of-each", "Add one line of each\n", each, below=2)


def _law() -> list[File]:
    return [(f"{PROFILES}/todo-alone.yaml", TODO_ALONE), (f"{PROFILES}/history-alone.yaml", HISTORY_ALONE)]


def _papers(folders: Iterable[str]) -> Iterator[File]:
    """What people wrote before the run: the story, the plan, the scope, the decisions."""
    criteria = "".join(f"- AC-{k}: a {written.NOUNS[k % 20]} can be settled in {k} ways\n" for k in range(1, CRITERIA + 1))
    planned = "".join(f"- `{folder}`\n" for folder in folders)
    yield "package.json", '{"name": "shop", "private": true, "dependencies": {"express": "4.21.0", "zod": "3.23.8"}}\n'
    yield f"{STORY_FOLDER}/{STORY}.md", f"# {STORY}: settle the cart\n\n## Acceptance criteria\n\n{criteria}"
    yield f"{PAPERS}/IMPLEMENTATION-PLAN.md", f"# Plan\n\n## Files\n\n{planned}"
    yield f"{PAPERS}/SCOPE.md", f"# Scope\n\n{planned}"
    yield (
        f"{PAPERS}/ARCHITECTURAL-DECISIONS.yaml",
        "decisions:\n  - id: AD-1\n    title: Keep express\n    status: confirmed\n    decision: Routes stay on express\n",
    )


def _log(paths: list[str], chunks: int, *, complete: bool = True) -> Iterator[str]:
    """A log in which each chunk lists its share of the files."""
    yield f"# Backend log of {STORY}\n"
    each = max(1, -(-len(paths) // max(1, chunks)))
    for k in range(chunks):
        start = k * each if k * each < len(paths) else k % max(1, len(paths))
        files = "".join(f"  - `{path}`\n" for path in paths[start : start + each])
        noun = written.NOUNS[k % 20]
        yield (
            f"\n## Chunk {k + 1} — settle the {noun} ({k + 1})\n\n"
            f"- Objective (maps to story requirement/AC): AC-{k % CRITERIA + 1}\n"
            f"- Files changed:\n{files}- Summary of changes: the {noun} is settled where it was only stored\n- Reuse compliance:\n"
            f"  - Reused: the ledger\n  - New: {noun} service\n  - Why new was necessary: nothing settled a {noun}\n"
            "- Ports & adapters note:\n  - What stayed in core: the totals\n  - What stayed in adapters: the routes\n"
            "- Commands run (if any):\n  - `pnpm check-types --filter backend` - PASS\n- Notes / Risks: none\n"
        )
    if complete:
        yield "\n## Worker Token Summary\n\n- Input: ~120,000 tokens\n- Output: ~80,000 tokens\n\nBACKEND COMPLETE\n"


def _logged(paths: list[str]) -> File:
    return LOG, "".join(_log(paths, -(-len(paths) // PER_CHUNK)))


FOLDERS = ("packages/backend/**", "packages/core/**", "apps/api/**")


def mixed(folder: Path, lines: int, files: int = 0, papers: int = 1) -> Workload:
    """``lines`` added lines: every second file is new, the others have 120 lines at base and grow in four places.

    Without ``papers`` it is no story's, and has no log.
    """
    files = files or max(1, lines // PER_FILE)
    each = [lines // files + (k < lines % files) for k in range(files)]
    with _importing(folder) as stream:
        _start(stream, ((path, old) for path, old, _ in _grown(each)), FOLDERS if papers else None)
        paths = [written.path_of(k)[0] for k in range(files)]
        news = ((written.path_of(k)[0], written.whole(Dice(k), written.path_of(k)[1], each[k])) for k in range(0, files, 2))
        grown = ((path, new) for path, _, new in _grown(each))
        log = [_logged(paths)] if papers else []
        stream.commit("agent", "feat: settle the cart\n", _chain(news, grown, log))
        _end(stream)
    return _done(folder)


def _grown(each: list[int]) -> Iterator[tuple[str, str, str]]:
    for k in range(1, len(each), 2):
        path, kind = written.path_of(k)
        yield path, *written.grown(Dice(k), kind, 120, each[k])


def _chain(*some: Iterable[File]) -> Iterator[File]:
    for files in some:
        yield from files


def huge(folder: Path, lines: int) -> Workload:
    """Four files that hold all of the lines."""
    return mixed(folder, lines, 4)


def many(folder: Path, files: int) -> Workload:
    """New files of five lines."""
    with _importing(folder) as stream:
        _start(stream, [], FOLDERS)
        paths = [written.path_of(k)[0] for k in range(files)]
        new = ((written.path_of(k)[0], written.whole(Dice(k), written.path_of(k)[1], 5)) for k in range(files))
        stream.commit("agent", f"feat: settle many carts ({STORY})\n", _chain(new, [_logged(paths)]))
        _end(stream)
    return _done(folder)


def minified(folder: Path, size: int) -> Workload:
    """One line of ``size`` bytes in one file of JavaScript, as a bundler writes it."""
    path = "packages/backend/cart/src/vendor.min.js"
    with _importing(folder) as stream:
        _start(stream, [], FOLDERS)
        dice = Dice(1)
        parts = ["var a={};"]
        length = len(parts[0])
        while length < size:
            value = dice.values()
            parts.append('function {verb}{n}(a,b){{return a.{noun}?b("{other}",{big}):a.{other}[{small}]||null}}'.format_map(value))
            length += len(parts[-1])
        text = "".join(parts)[: size - 4]  # the end may be half a statement; a comment is as long as one likes
        text = text[: text.rfind("}") + 1]
        text += f"/*{'x' * (size - len(text) - 4)}*/"
        stream.commit("agent", f"feat: bring the bundle ({STORY})\n", [(path, text + "\n"), _logged([path])])
        _end(stream)
    return _done(folder)


def renames(folder: Path, files: int) -> Workload:
    """Files of twelve lines that all move from one package to another, unchanged."""
    names = [f"d{k % 100}/{written.NOUNS[k % 20]}-{k}.ts" for k in range(files)]
    with _importing(folder) as stream:
        old = ((f"packages/backend/old/{name}", written.whole(Dice(k), "ts", 12)) for k, name in enumerate(names))
        _start(stream, old, FOLDERS)
        moved = ((f"packages/backend/old/{name}", f"packages/backend/new/{name}") for name in names)
        stream.commit("agent", f"refactor: move the ledger ({STORY})\n", [], moved)
        _end(stream)
    return _done(folder)


def commits(folder: Path, number: int) -> Workload:
    """Commits that each change a line or a block of two of 200 files, and every fiftieth the log."""
    kept = [_Kept(*written.path_of(k), Dice(k)) for k in range(200)]
    paths: list[str] = []
    with _importing(folder) as stream:
        _start(stream, [(one.path, one.text) for one in kept], FOLDERS)
        for k in range(number):
            two = [kept[k * 7 % 200], kept[(k * 13 + 100) % 200]]
            for one in two:
                one.change(k)
            files: list[File] = [(one.path, one.text) for one in two]
            if k % 50 == 49 or k == number - 1:
                paths += [one.path for one in two]
                log = "".join(_log(paths, k // 50 + 1, complete=k == number - 1))
                files.append((LOG, log))
            stream.commit("agent", f"feat({written.NOUNS[k % 20]}): settle step {k + 1}\n\n{STORY}\n", files)
        _end(stream)
    return _done(folder)


class _Kept:
    """A file that many commits change: it is as long at the end as at the start."""

    def __init__(self, path: str, kind: str, dice: Dice) -> None:
        self.path, self._kind, self._dice = path, kind, dice
        self._parts = list(written.blocks(dice, kind, 80, odd=False))

    @property
    def text(self) -> str:
        return written.HEADS[self._kind] + "".join(self._parts)

    def change(self, k: int) -> None:
        at = self._dice.below(len(self._parts))
        if k % 10 == 9:  # form alone
            self._parts[at] = self._parts[at].replace(" = ", "  = ", 1)
        else:
            self._parts[at] = next(iter(written.blocks(self._dice, self._kind, 20)))


def chunks(folder: Path, number: int) -> Workload:
    """A log of ``number`` chunks; what it logs is 200 files of ten lines, whatever the number."""
    with _importing(folder) as stream:
        _start(stream, [], FOLDERS)
        paths = [written.path_of(k)[0] for k in range(200)]
        new = ((written.path_of(k)[0], written.whole(Dice(k), written.path_of(k)[1], 10)) for k in range(200))
        stream.commit("agent", f"feat: settle the cart ({STORY})\n", _chain(new, [(LOG, "".join(_log(paths, number)))]))
        _end(stream)
    return _done(folder)


def wide(folder: Path, files: int) -> Workload:
    """A tree of ``files`` files of which 20 are changed."""
    def at(k: int) -> str:
        return f"packages/backend/p{k % 50}/src/d{k % 1000}/{written.NOUNS[k % 20]}-{k}.ts"

    def text(k: int) -> str:
        return written.whole(Dice(k % 997), "ts", 12)

    twenty = range(0, files, max(1, files // 20))[:20]
    with _importing(folder) as stream:
        _start(stream, ((at(k), text(k)) for k in range(files)), FOLDERS)
        changed = [(at(k), f"{text(k)}export const changed = 1\n") for k in twenty]
        paths = [path for path, _ in changed]
        stream.commit("agent", f"feat: change twenty ({STORY})\n", _chain(changed, [_logged(paths)]))
        _end(stream)
    return _done(folder)


def findings(folder: Path, number: int) -> Workload:
    """Markers of unfinished work, no two of the same text, twenty in a file."""
    def marked(k: int) -> File:
        dice = Dice(k)
        some = []
        for n in range(min(20, number - 20 * k)):
            some += [f"// TODO: settle case {20 * k + n}\n", *written.blocks(dice, "ts", 8, odd=False)]
        return f"packages/backend/cart/src/marked-{k}.ts", written.HEADS["ts"] + "".join(some)

    files = -(-number // 20)
    with _importing(folder) as stream:
        _start(stream, [], FOLDERS)
        paths = [f"packages/backend/cart/src/marked-{k}.ts" for k in range(files)]
        stream.commit("agent", f"feat: begin much ({STORY})\n", _chain((marked(k) for k in range(files)), [_logged(paths)]))
        _end(stream)
    return _done(folder)


@dataclass(frozen=True)
class Maker:
    """How a workload is made, its full size, and the least at which it still is what it says."""

    make: Callable[[Path, int], Workload]
    size: int
    least: int


MAKERS = {
    "mixed": Maker(mixed, 80_000, 50),
    "huge": Maker(huge, 600_000, 400),
    "files": Maker(many, 12_000, 3),
    "minified": Maker(minified, 50_000_000, 200),
    "renames": Maker(renames, 20_000, 3),
    "commits": Maker(commits, 5_000, 3),
    "chunks": Maker(chunks, 1_000, 2),
    "wide": Maker(wide, 100_000, 20),
    "findings": Maker(findings, 5_000, 3),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(MAKERS))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int)
    options = parser.parse_args()
    made = MAKERS[options.name].make(options.folder, options.size or MAKERS[options.name].size)
    print(f"base {made.base}\nhead {made.head}\none line {made.one_line}\none of each {made.one_of_each}")


if __name__ == "__main__":
    main()
