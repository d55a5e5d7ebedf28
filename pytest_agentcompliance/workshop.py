"""Turn an example into a run: for our tests, for the docs, and for third-party rules."""

import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from difflib import unified_diff
from itertools import pairwise

from pytest_agentcompliance.evidence import ChangeSet, Commit, Custody, Document, Documents, History, Ledger, Run, Tree
from pytest_agentcompliance.evidence.changes import SYMLINK, Content
from pytest_agentcompliance.evidence.commits import Person
from pytest_agentcompliance.evidence.coverage import Coverage, CoverageReport
from pytest_agentcompliance.evidence.documents import DocumentName
from pytest_agentcompliance.evidence.proofs import Proof, Proofs, Refused
from pytest_agentcompliance.evidence.report import Report
from pytest_agentcompliance.evidence.task import Task
from pytest_agentcompliance.evidence.transcript import Step, StepKind, Transcript
from pytest_agentcompliance.evidence.tree import Side
from pytest_agentcompliance.parsing import coverage, work
from pytest_agentcompliance.parsing.proofs.record import FOLDER as PROOFS
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.sources import diff, log
from pytest_agentcompliance.sources.blobs import object_id
from pytest_agentcompliance.sources.words import PROSE
from pytest_agentcompliance.verdict import Level

NOTHING = "0" * 40
AS_OF = datetime(2026, 6, 1, 12, tzinfo=UTC)  # when every example's head was committed
LOG_PATH = "BACKEND-LOG.md"
OTHER_LOG = "FRONTEND-LOG.md"
REPORT_PATH, TRANSCRIPT_PATH, TASK_PATH = "REPORT.md", "SESSION.jsonl", "TASK.md"
DOCUMENTS: Mapping[DocumentName, tuple[str, ...]] = {
    "story": ("STORY.md",), "plan": ("IMPLEMENTATION-PLAN.md",), "scope": ("SCOPE.md", "SCOPE.yaml"),
    "decisions": ("ARCHITECTURAL-DECISIONS.yaml",), "blockers": ("BLOCKERS.md",), "intent": ("INTENT.md",),
}  # fmt: skip

Entry = tuple[str, str]  # mode and id
Files = dict[str, Entry]


def run_of(example: Example) -> Run:
    """The run that an example describes; where it gives ``log``, that lies at ``BACKEND-LOG.md`` and is not among its changes."""
    shop = _Shop()
    shop.ledger.unread.update(example.unread)
    before = shop.files(example.before)
    steps = [dict(before)]
    for step in example.commits:
        steps.append({path: entry for path, entry in (steps[-1] | shop.files(step)).items() if step.get(path, "") is not None})
    after = steps[-1] if example.commits else shop.files(example.after)
    after |= {path: (SYMLINK, shop.keep(target)) for path, target in example.links.items()}
    if not example.commits:
        steps.append(after)
    old, new = shop.text(before, LOG_PATH, example.log_before), shop.text(after, LOG_PATH, example.log)
    changes = shop.changes(before, after)
    return Run(
        changes=changes,
        commits=History(lambda: tuple(shop.commits(steps, example.messages))),
        tree=Tree(shop.side(before, changes), shop.side(after, changes)),
        documents=Documents(
            shop.documents(before, changes), shop.documents(after, changes), DOCUMENTS,
            tuple(log.parse(text, OTHER_LOG) for text in [shop.text(after, OTHER_LOG, None)] if text is not None),
        ),
        log=None if new is None else log.parse(new, LOG_PATH, before=old),
        report=None if example.report is None else Report(REPORT_PATH, example.report),
        proofs=_proofs(example),
        transcript=_transcript(example),
        task=_task(example),
        coverage=_coverage(example, frozenset(after)),
        custody=Custody(tuple, ledger=shop.ledger),
        verdicts=(),
        ledger=shop.ledger,
    )


class _Shop:
    """Where the files of one example are kept, as a repository would keep them."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.ledger = Ledger()

    def keep(self, text: str) -> str:
        data = text.encode("utf-8", "surrogateescape")
        oid = object_id(data)
        self.blobs[oid] = data
        return oid

    def files(self, tree: Mapping[str, str | None]) -> Files:
        return {path: ("100644", self.keep(text)) for path, text in tree.items() if text is not None}

    def text(self, files: Files, path: str, given: str | None) -> str | None:
        if given is not None or path not in files:
            return given
        return self.blobs[files[path][1]].decode("utf-8", "surrogateescape")

    def changes(self, before: Files, after: Files) -> ChangeSet:
        touched = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
        raw = [_record(path, before.get(path), after.get(path)) for path in touched]
        stream = b"".join(_patch(one, self.blobs) for one in raw)
        return diff.change_set(raw, diff.Patches(stream, 0, raw, self.blobs.__getitem__), self.ledger, as_of=AS_OF)

    def contents(self, files: Files, changes: ChangeSet) -> dict[str, Content]:
        return {path: Content(path, mode, oid, changes.reader, self.ledger) for path, (mode, oid) in files.items()}

    def side(self, files: Files, changes: ChangeSet) -> Side:
        def where(names: frozenset[str], endings: tuple[str, ...] = ()) -> dict[str, frozenset[str]]:
            code = {path: oid for path, (_, oid) in files.items() if not path.lower().encode("utf-8", "replace").endswith(PROSE)}
            code = {path: oid for path, oid in code.items() if not endings or path.lower().endswith(endings)}
            texts = {path: self.blobs[oid].decode("utf-8", "replace") for path, oid in code.items()}
            words = {name: re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") for name in names}
            found = {name: frozenset(path for path, text in texts.items() if word.search(text)) for name, word in words.items()}
            return {name: paths for name, paths in found.items() if paths}

        return Side(lambda: self.contents(files, changes), where)

    def documents(self, files: Files, changes: ChangeSet) -> tuple[Document, ...]:
        there = self.contents(files, changes)
        return tuple(Document(name, there[path]) for name, paths in DOCUMENTS.items() for path in paths if path in there)

    def commits(self, steps: list[Files], messages: tuple[str, ...] = ()) -> Iterator[Commit]:
        someone = Person("Agent", "agent@example.org", AS_OF)
        for number, (before, after) in enumerate(pairwise(steps), 1):
            changes = self.changes(before, after)
            parents = (f"{number - 1:040x}",)
            message = messages[number - 1] if number <= len(messages) else f"Commit {number}\n"
            yield Commit(f"{number:040x}", parents, someone, someone, message, (), lambda changes=changes: changes)  # type: ignore[misc]


def _proofs(example: Example) -> Proofs | None:
    if not example.proofs:
        return None
    found: list[Proof] = []
    refused: list[Refused] = []
    for number, one in enumerate(example.proofs, 1):
        at = Place(f"{PROOFS}/{number:04}.json")
        if "refused" in one:
            refused.append(Refused(at, one["refused"]))
            continue
        given = {"name": "check", **one, "command": tuple(shlex.split(one["command"])), "sequence": number}
        given.setdefault("work", work.read(one["command"], one.get("output", "")))
        found.append(Proof(at=at, **given))
    return Proofs(tuple(found), tuple(refused))


def _task(example: Example) -> Task | None:
    text = example.task if example.task is not None else example.after.get(TASK_PATH)
    return None if text is None else Task(TASK_PATH, text, given=example.task is not None or TASK_PATH in example.before)


def _coverage(example: Example, known: frozenset[str]) -> Coverage | None:
    """The reports that a reader knows; None where there is none."""
    texts = ((path, text.encode("utf-8", "surrogateescape")) for path, text in sorted(example.coverage.items()))
    read = ((path, coverage.read(path, data, known)) for path, data in texts)
    found = tuple(CoverageReport(path, one, example.stale.get(path, "")) for path, one in read if one is not None)
    return Coverage(found) if found else None


KINDS: Mapping[str, tuple[StepKind, str]] = {
    "command": ("command", "text"), "read": ("read", "path"), "edit": ("edit", "path"), "call": ("call", "text"),
    "says": ("message", "text"),
}  # fmt: skip


def _transcript(example: Example) -> Transcript | None:
    if not example.transcript:
        return None
    steps = []
    for number, one in enumerate(example.transcript, 1):
        word = next(name for name in KINDS if name in one)
        kind, goes = KINDS[word]
        given = {**{name: value for name, value in one.items() if name != word}, goes: one[word]}
        if kind == "command":
            given.setdefault("work", work.read(one[word], one.get("output", "")))
        steps.append(Step(kind=kind, number=number, at=Place(TRANSCRIPT_PATH, number), **given))
    return Transcript(tuple(steps), (TRANSCRIPT_PATH,), ("example",))


def places(rule: type[Rule], example: Example, level: Level = "breach") -> tuple[str, ...]:
    """Where the rule, with the example's parameters, finds something of this level."""
    return tuple(str(finding.at) for finding in rule(**example.given).findings_in(run_of(example)) if finding.level == level)


def _record(path: str, old: tuple[str, str] | None, new: tuple[str, str] | None) -> diff.Record:
    old_mode, old_oid = old or ("000000", NOTHING)
    new_mode, new_oid = new or ("000000", NOTHING)
    status = "A" if old is None else "D" if new is None else "T" if old_mode != new_mode else "M"
    return diff.Record(old_mode, new_mode, old_oid, new_oid, status, path.encode("utf-8", "surrogateescape"))


def _patch(one: diff.Record, blobs: dict[str, bytes]) -> bytes:
    """What git prints: nothing of a deleted file's content, a type change as a deletion and an addition."""
    pairs = [(one.old, NOTHING), (NOTHING, one.new)] if one.status == "T" else [(one.old, one.new)]
    return b"".join(b"diff --git a/f b/f\n" + b"".join(_hunks(blobs.get(old), blobs.get(new))) for old, new in pairs)


def _hunks(old: bytes | None, new: bytes | None) -> Iterator[bytes]:
    if new is None:
        return
    a, b = (side.decode("utf-8", "surrogateescape").split("\n") if side else [] for side in (old, new))
    for lines in (a, b):
        if lines and not lines[-1]:
            lines.pop()
    for line in unified_diff(a, b, n=0, lineterm=""):
        yield line.encode("utf-8", "surrogateescape") + b"\n"
