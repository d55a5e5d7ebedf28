"""Turn an example into a run: for our tests, for the docs, and for third-party rules."""

from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import unified_diff

from pytest_agentcompliance.evidence import Ledger, Run, Tree
from pytest_agentcompliance.evidence.changes import SYMLINK, Content
from pytest_agentcompliance.evidence.tree import Side
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.sources import diff, log
from pytest_agentcompliance.sources.blobs import object_id
from pytest_agentcompliance.verdict import Level

NOTHING = "0" * 40
AS_OF = datetime(2026, 6, 1, 12, tzinfo=UTC)  # when every example's head was committed
LOG_PATH = "BACKEND-LOG.md"


def run_of(example: Example) -> Run:
    """The run that an example describes; its log lies at ``BACKEND-LOG.md`` and is not among its changes."""
    blobs: dict[str, bytes] = {}
    before = {path: ("100644", _keep(text, blobs)) for path, text in example.before.items()}
    after = {path: ("100644", _keep(text, blobs)) for path, text in example.after.items()}
    after |= {path: (SYMLINK, _keep(target, blobs)) for path, target in example.links.items()}
    touched = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    raw = [_record(path, before.get(path), after.get(path)) for path in touched]
    stream = b"".join(_patch(one, blobs) for one in raw)
    ledger = Ledger()
    patches = diff.Patches(stream, 0, raw, blobs.__getitem__)

    def side(tree: dict[str, tuple[str, str]]) -> Side:
        return Side(lambda: {path: Content(path, mode, oid, patches, ledger) for path, (mode, oid) in tree.items()})

    return Run(
        changes=diff.change_set(raw, patches, ledger, as_of=AS_OF),
        tree=Tree(side(before), side(after)),
        log=None if example.log is None else log.parse(example.log, LOG_PATH, before=example.log_before),
        verdicts=(),
        ledger=ledger,
    )


def places(rule: type[Rule], example: Example, level: Level = "breach") -> tuple[str, ...]:
    """Where the rule, with the example's parameters, finds something of this level."""
    return tuple(str(finding.at) for finding in rule(**example.given).findings_in(run_of(example)) if finding.level == level)


def _keep(text: str, blobs: dict[str, bytes]) -> str:
    data = text.encode("utf-8", "surrogateescape")
    oid = object_id(data)
    blobs[oid] = data
    return oid


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
