"""``agent-compliance log next``: the skeleton of the next chunk, filled in with what git knows, and no other fact."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pytest_agentcompliance import engine
from pytest_agentcompliance.engine import Bound, Opened
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.evidence import ChangeSet, Chunk, ChunkLog, FileChange, Ledger, Run
from pytest_agentcompliance.evidence.changes import decode
from pytest_agentcompliance.evidence.log import Claim
from pytest_agentcompliance.logbook import fix, next_chunk, next_place
from pytest_agentcompliance.logbook.next_chunk import Entry
from pytest_agentcompliance.parsing import claims as index
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.rule import Rule
from pytest_agentcompliance.rulebook.log.chunk_heading import ChunkHeading
from pytest_agentcompliance.rulebook.log.files_match_diff import FilesMatchDiff
from pytest_agentcompliance.rulebook.log.reuse_justified import ReuseJustified
from pytest_agentcompliance.rulebook.log.verification import Verification
from pytest_agentcompliance.sources import log as reader

ROUNDS = 3
KINDS = ("log", "documents", "tree", "commits")

R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True)
class Next:
    """The next chunk. ``chunk`` is empty where there is nothing to log; ``original`` is None where there is no log yet.

    ``path`` is the log's, from the root; ``log`` is its text with the chunk in it, whose heading is in ``line``.
    """

    file: Path
    path: str
    original: str | None
    chunk: str = ""
    log: str = ""
    line: int = 0
    files: int = 0
    signal: str = ""  # the line behind the chunk that says that the work is complete
    unwritten: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # how the log was found and read


def propose(options: engine.Options, name: str = "", step: Callable[[str], None] = lambda _: None) -> Next:
    """The next chunk of the run's log in the work tree. Raises ``UsageError`` where it is not known which log that is."""
    name = next_chunk.named(name)
    with engine.opened(options, step) as one:
        root = one.repository.root
        assert root is not None  # a bare repository has no work tree, and `opened` said so
        bound = next((bound for bound in one.bound if bound.wanted.log_globs), None)
        if bound is None:
            raise UsageError("no profile in force says where the log lies; pass --profile")
        step("looking for what the log does not tell yet")
        run = one.gather(bound, KINDS)
        if run.log is not None and run.log.problem:
            raise UsageError(run.log.problem)
        if run.log is not None and one.repository.entry(one.ends.head_tree, run.log.path) is None:
            raise UsageError(f"{run.log.path} lies outside of what git sees of the work tree; a run's log lies in it")
        path = run.log.path if run.log is not None else _place(one, bound, run)
        original = fix.read(root / path) if run.log is not None else None
        text = original if original and original.strip() else next_chunk.title(path)
        also: set[str] = set()
        for _ in range(ROUNDS):
            entries, unwritten = _entries(one, bound, run, path, also)
            if not entries:
                return Next(root / path, path, original, unwritten=unwritten, notes=run.notes)
            put = _put(text, _parts(name, bound, run, entries), path, _rule(bound, ChunkHeading))
            # The lists of a log without chunks are read otherwise once it has one: then the chunk tells of their files.
            left = _pending(bound, run, put.log) - {*unwritten}
            if left <= also:
                break
            also |= left
        return Next(root / path, path, original, put.chunk, put.text, put.line, len(entries), put.signal, unwritten, run.notes)


def write(one: Next) -> None:
    """Put the chunk into the log, whole or not at all; make the log where there is none. Raises ``UsageError``."""
    if one.original is None:
        next_place.create(one.file, one.path, one.log)
    else:
        fix.write(one.file, fix.Fixed(one.original, one.log, ()))


def lines(one: Next, *, written: bool) -> Iterator[str]:
    """What is to be said of it beside the chunk itself."""
    if not one.chunk:
        yield shown(f"{one.path}: nothing to log: every changed file {'else ' if one.unwritten else ''}is accounted for")
    elif written:
        count = f"{one.files} file{'' if one.files == 1 else 's'}"
        name = "give it a name and " if one.chunk.partition("\n")[0].endswith("—") else ""
        yield shown(f"{one.path}:{one.line}: the next chunk is there, with {count}; {name}fill in its fields")
    elif one.original is None:
        home = one.file.parent.parent  # of the story, whose id may be misspelt
        missing = "" if home.is_dir() else f", and the folder {home.name}, which is not there either"
        yield shown(f"{one.path}: there is no log yet; --write makes it{missing}")
    if one.signal:
        yield shown(f"{one.path}: {one.signal!r} now stands behind this chunk; leave it only if the work is complete with it")
    yield from (f"note: {shown(note)}" for note in one.notes)
    for path in one.unwritten:
        yield f"{shown(path)}: no log can tell of a file of this name so that a reader finds it again; give it a plain name"


def _rule(bound: Bound, kind: type[R]) -> R:
    """The rule as the profile binds it; with its defaults where the profile does without."""
    rules = (one.rule for clause in bound.profile.clauses for one in clause.rules)
    return next((rule for rule in rules if isinstance(rule, kind)), kind())


def _place(one: Opened, bound: Bound, run: Run) -> str:
    """Where the log is to be made. Raises ``UsageError``."""
    if bound.wanted.unknown:
        raise UsageError(bound.wanted.unknown)
    assert run.tree is not None
    return next_place.place(bound.wanted.log_globs, run.tree.head.files)


def _pending(bound: Bound, run: Run, log: ChunkLog) -> set[str]:
    """The changed files that neither this log nor another accounts for."""
    assert run.changes is not None
    return set(_rule(bound, FilesMatchDiff).unlisted(log, run.changes, run.documents)) - _own(run)


def _own(run: Run) -> set[str]:
    """The documents of the story, which no log lists."""
    papers = run.documents
    if papers is None:
        return set()
    return {one.path for one in (*papers.at_base, *papers.at_head)} | {log.path for log in papers.logs}


def _entries(one: Opened, bound: Bound, run: Run, path: str, also: set[str]) -> tuple[list[Entry], tuple[str, ...]]:
    """What goes under Files changed, with what is to stand there ``also``, and the files that cannot be written there."""
    assert run.changes is not None
    rule, reuse = _rule(bound, FilesMatchDiff), _rule(bound, ReuseJustified)
    log = run.log or ChunkLog(path)
    pending = _pending(bound, run, log) | also
    since, later, before = _since(one, run, log)
    required = set(rule.needed(log, run.changes, run.documents)) - _own(run)
    # A chunk that was committed before the file tells of the change that came after it; one of an earlier run does not.
    older = set(rule.unlisted(_new(log), run.changes, run.documents))
    again = (set(rule.unlisted(later, since, run.documents)) & required & (before | older)) - pending
    # A lockfile need not be told of beside the manifest that the chunk is about to tell of.
    claims = tuple(Claim(name, "", Place(path, 1)) for name in sorted(pending | again))
    told = replace(log, chunks=(*log.chunks, Chunk("", (), "", Place(path, 1), {}, claims)))
    wanted = (pending | again) & set(rule.needed(told, run.changes, run.documents))
    changed = [since.by_path[one.path] if one.path in again else one for one in run.changes if one.path in wanted]
    return next_chunk.entries(list(_merged(changed, reuse)), index.known(run.changes.paths))


def _since(one: Opened, run: Run, log: ChunkLog) -> tuple[ChangeSet, ChunkLog, set[str]]:
    """What changed since the last commit that touched the log, the part of the log that was written since, and the
    paths that had changed before."""
    assert run.changes is not None
    assert run.commits is not None
    commit = next((commit for commit in reversed(run.commits.commits) if log.path in commit.changes.paths), None)
    if commit is None:
        return run.changes, _new(log), set()
    repository, head = one.repository, one.ends.head_tree
    tree = repository.tree_of(commit.id)
    texts = [decode(repository.blobs.read(entry[1])) if (entry := repository.entry(at, log.path)) else None for at in (tree, head)]
    changes = repository.changes(tree, head, Ledger(), run.changes.as_of)
    before = {record.path.decode("utf-8", "surrogateescape") for record in repository.differences([(one.ends.base_tree, tree)])[0]}
    return changes, _new(reader.parse(texts[1] or "", log.path, before=texts[0])), before


def _new(log: ChunkLog) -> ChunkLog:
    return replace(log, chunks=log.new_chunks, unchunked_files=tuple(claim for claim in log.unchunked_files if claim.new))


def _merged(changes: list[FileChange], reuse: ReuseJustified) -> Iterator[Entry]:
    """A line for each change, one for both ends of a rename."""
    there = {change.path for change in changes}
    statuses = {"added": "NEW", "deleted": "DELETED"}
    for change in changes:
        if change.renamed_to in there:
            continue
        if change.renamed_from in there:
            yield Entry(change.path, "RENAMED", change.renamed_from)
        else:
            yield Entry(change.path, statuses.get(change.kind, "MODIFIED"), module=reuse.is_module(change))


def _parts(name: str, bound: Bound, run: Run, entries: list[Entry]) -> next_chunk.Parts:
    modules = [entry.path for entry in entries if entry.module]
    return next_chunk.Parts(name, [entry.line for entry in entries], modules, _commands(bound, run, entries))


def _commands(bound: Bound, run: Run, entries: list[Entry]) -> list[str]:
    """The type check of each package whose code the chunk changes."""
    from pytest_agentcompliance.parsing.chunk_packages import ChunkPackages
    from pytest_agentcompliance.parsing.packages import Packages

    assert run.changes is not None
    assert run.tree is not None
    rule, head = _rule(bound, Verification), Packages(run.tree.head.files)
    found = ChunkPackages(
        run.changes.paths, (run.tree.head.files, head), Packages(run.tree.base.files),
        code=rule.code, exempt=rule.exempt, scripts=rule.scripts,
    ).of(path for entry in entries for path in entry.paths)  # fmt: skip
    packages = sorted(found, key=lambda package: (package.name, package.folder))
    return [line for package in packages if (line := next_chunk.command(package, rule.scripts, head.root_scripts))]


def _put(text: str, parts: next_chunk.Parts, path: str, rule: ChunkHeading) -> next_place.Put:
    """The chunk in its place, with the first number that the rule of the headings has nothing against."""
    before, put = reader.parse(text, path), None
    for number in _numbers(before, rule.first):
        put = next_place.put(text, parts.chunk(number), before)
        of_number = (one for one in rule.check(put.log) if one.evidence.startswith("number"))
        if not any(one.at and one.at.line == put.line for one in of_number):
            break
    assert put is not None  # there is a number to be tried
    return put


def _numbers(log: ChunkLog, first: int) -> list[int]:
    known = [number for chunk in log.chunks for number in chunk.numbers[-1:]]
    return list(dict.fromkeys([*([known[-1] + 1, max(known) + 1] if known else []), first + len(log.chunks)]))
