"""The audit for people at a terminal. Standard library only; who prints it, colours it."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.verdict import BASELINE, Audit, Finding, Outcome, Verdict

Style = Literal["", "bold", "red", "yellow", "green", "dim"]
Line = tuple[Style, str]

MOST = 20  # findings of one rule, or files of one list, that are shown unless all are asked for
LONGEST = 400  # characters of one text out of the audited tree
LONGEST_PATH = 300  # of a path, which keeps its two ends

NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def shown(text: str) -> str:
    """The text with every character escaped that could move the cursor, reorder or hide what stands beside it.

    These are control characters, line ends, bidi and zero-width ones, odd spaces, and bytes that are not
    UTF-8 (``\\xff``). The result is printable and can always be encoded.
    """
    return text if text.isprintable() else "".join(one if one.isprintable() else _escaped(one) for one in text)


def lines(audit: Audit, *, verbose: bool = False, brief: bool = False, width: int = 80) -> Iterator[Line]:
    """The whole audit, line by line, each with its style: what is broken first, the verdict last.

    ``width`` is in columns; places and messages are not folded, so that they stay one click. ``verbose``
    shows every finding, and what was kept; ``brief`` only counts what pytest has told of each failed item.
    """
    broken = [one for one in audit.verdicts if one.breaks]
    failed = [one for one in broken if one.severity == "error"]
    yield from _section("broken", "red", _counted(failed) if brief else _clauses(failed, "red", verbose, width))
    warned = [one for one in broken if one.severity != "error"]
    yield from _section("broken, at severity warning", "yellow", _clauses(warned, "yellow", verbose, width))
    yield from _section("style, which breaks nothing", "bold", _remarks(audit.verdicts, verbose))
    yield from _section("waived by the policy", "bold", _reasons(_of(audit, Outcome.WAIVED), width))
    yield from _section("not judged, and why", "yellow", _not_judged(audit, verbose, width))
    for outcome, title in ((Outcome.NOT_CHECKABLE, "for a person to check"), (Outcome.NOT_BUILT, "not built yet")):
        yield from _named(_of(audit, outcome), title, width)
    if verbose:
        yield from _named(_of(audit, Outcome.KEPT), "kept", width)
    yield from _facts(audit)
    yield closing(audit)


def closing(audit: Audit) -> Line:
    """One line that says what the audit comes to."""
    error, warning = ([v for v in audit.verdicts if v.breaks and (v.severity == "error") is hard] for hard in (True, False))
    parts = [
        _count(len({(v.profile, v.clause) for v in error}), "clause") + " broken" if error else "nothing broken",
        f"{len({(v.profile, v.clause) for v in warning})} at severity warning" if warning else "",
        *(f"{n} {title}" for outcome, title in TITLES.items() if (n := len(_of(audit, outcome)))),
        f"{n} undecided" if (n := sum(v.undecided and v.outcome is not Outcome.CRASHED for v in audit.verdicts)) else "",
    ]
    says, style = VERDICTS[audit.exit_code()]
    if style == "green" and warning:
        style = "yellow"
    return style, f"agent compliance: {says}: " + ", ".join(part for part in parts if part)


def explain(verdict: Verdict) -> str:
    """Why one item fails: its clause, each finding with its place, and what to do."""
    head = shown(f"{verdict.clause} ({verdict.rule}): {verdict.says}" if verdict.rule else f"{verdict.clause}: {verdict.says}")
    found = [one for one in verdict.findings if one.level == "breach"] if verdict.breaks else []
    reasons = [f"crashed: {shown(verdict.why)}"] if verdict.outcome is Outcome.CRASHED else _told(verdict.why)
    unread = [f"could not be read: {_path(path)}" for path in verdict.unread[:MOST]]
    rest = [f"... and {len(verdict.unread) - MOST} more that could not be read"] if len(verdict.unread) > MOST else []
    told = [text.strip() for _, text in _findings(found, verbose=False)]
    return "\n".join([head, *("  " + text for text in (*told, *remedies(found), *reasons, *unread, *rest))])


def remedies(found: Iterable[Finding]) -> list[str]:
    """Each remedy once."""
    return list(dict.fromkeys(f"{one.remedy.kind}: {_cut(one.remedy.text)}" for one in found if one.remedy))


TITLES = {
    Outcome.CRASHED: "crashed",
    Outcome.NOT_JUDGED: "not judged",
    Outcome.WAIVED: "waived",
    Outcome.NOT_CHECKABLE: "for a person",
    Outcome.NOT_BUILT: "not built",
    Outcome.KEPT: "kept",
}
VERDICTS: dict[int, tuple[str, Style]] = {0: ("kept", "green"), 1: ("broken", "red"), 3: ("could not judge", "red")}


def _escaped(one: str) -> str:
    code = ord(one)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return NAMED.get(one) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def _cut(text: str) -> str:
    text = shown(text[: LONGEST + 1])
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _section(title: str, style: Style, body: Iterable[Line]) -> Iterator[Line]:
    rows = list(body)
    if rows:
        yield style, title
        yield from rows
        yield "", ""


def _clauses(broken: Sequence[Verdict], style: Style, verbose: bool, width: int) -> Iterator[Line]:
    """Each broken clause once, with all of its rules: the rules of one clause may stand apart in a profile's order."""
    clauses: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in broken:
        clauses.setdefault((verdict.profile, verdict.clause), []).append(verdict)
    for (profile, clause), verdicts in clauses.items():
        yield from _folded(f"{clause}: {verdicts[0].says}", "bold", width, "  ")
        for verdict in verdicts:
            yield style, shown(f"    {verdict.rule or 'no rule'} ({profile})")
            yield from _findings([one for one in verdict.findings if one.level == "breach"], verbose)
            yield from (("dim", f"    {text}") for text in _told(verdict.why))
        for text in remedies(one for verdict in verdicts for one in verdict.findings if one.level == "breach"):
            yield from _folded(text, "", width, "    ")


def _counted(broken: Sequence[Verdict]) -> Iterator[Line]:
    """One line for each broken rule: how much it found, and the first place."""
    for verdict in broken:
        found = [one for one in verdict.findings if one.level == "breach"]
        first = f", first at {_place(found[0].at)}" if found and found[0].at else ""
        yield "", f"  {_label(verdict)}: {_count(len(found), 'finding')}{first}"


def _findings(found: Sequence[Finding], verbose: bool) -> Iterator[Line]:
    most = len(found) if verbose else MOST
    for one in found[:most]:
        yield "", f"    {_place(one.at)}: {_cut(one.message)}" if one.at else f"    {_cut(one.message)}"
    if len(found) > most:
        yield "dim", f"    ... and {len(found) - most} more (see --output json)"


def _remarks(verdicts: Iterable[Verdict], verbose: bool) -> Iterator[Line]:
    for verdict in verdicts:
        remarks = [one for one in verdict.findings if one.level == "style"]
        if not remarks:
            continue
        first = remarks[0]
        rest = f" (and {len(remarks) - 1} more)" if len(remarks) > 1 and not verbose else ""
        head = shown(f"  {verdict.clause} {verdict.rule}")
        yield "dim", f"{head}:" if verbose else f"{head}: {_at(first)}{_cut(first.message)}{rest}"
        if verbose:
            yield from (("dim", f"    {_at(one)}{_cut(one.message)}") for one in remarks)


def _not_judged(audit: Audit, verbose: bool, width: int) -> Iterator[Line]:
    for verdict in _of(audit, Outcome.CRASHED):
        yield "red", f"  crashed: {_label(verdict)}: {_cut(verdict.why)}"
    most = None if verbose else MOST
    for verdict in audit.verdicts:
        if verdict.unread:
            more = len(verdict.unread) - MOST if most and len(verdict.unread) > most else 0
            files = ", ".join(map(_path, verdict.unread[:most])) + (f" and {more} more" if more else "")
            yield "red" if verdict.severity == "error" else "yellow", f"  {_label(verdict)} could not read: {files}"
    for path, why in audit.unaudited[:most]:
        yield "yellow", f"  {_path(path)}: {_cut(why)}"
    if most and len(audit.unaudited) > most:
        yield "dim", f"  ... and {len(audit.unaudited) - most} more files that could not be read (see --output json)"
    yield from _reasons([one for one in _of(audit, Outcome.NOT_JUDGED) if not one.unread], width)


def _reasons(verdicts: Iterable[Verdict], width: int) -> Iterator[Line]:
    """One line for each reason, and under it whom it concerns."""
    for why, group in groupby(sorted(verdicts, key=lambda one: one.why), key=lambda one: one.why):
        yield "", f"  {_cut(why) or 'no reason was given'}"
        yield from _folded(", ".join(map(_label, group)), "dim", width, "    ")


def _named(verdicts: Sequence[Verdict], title: str, width: int) -> Iterator[Line]:
    if verdicts:
        names = dict.fromkeys(verdict.clause for verdict in verdicts)
        count = f"{len(verdicts)}" if len(verdicts) == len(names) else f"{len(verdicts)} rules of {_count(len(names), 'clause')}"
        yield from _folded(f"{title}: {count} ({', '.join(names)})", "", width, "", "  ")


def _facts(audit: Audit) -> Iterator[Line]:
    yield "", f"base: {_cut(audit.base) or 'not named'}"
    yield "", f"merge base: {_cut(audit.merge_base) or 'none'}"
    yield "", f"head: {_cut(audit.head) or 'the work tree as it stands'}"
    digest = f" (sha256 {_cut(audit.policy.digest[:12])})" if audit.policy.digest else ""
    yield "", f"policy: {_cut(audit.policy.source) or 'none'}{digest}"
    if not audit.policy.reviewed:
        yield "yellow", "policy unreviewed: first introduction"
    yield from (("yellow", f"note: {_cut(note)}") for note in audit.notes)
    if excused := [one for verdict in audit.verdicts for one in verdict.excused]:
        known = sum(one.excuse == BASELINE for one in excused)
        yield "", f"excused: {_count(len(excused) - known, 'finding')} by waivers, {known} {BASELINE}"
    meter = audit.meter
    files = f"{_count(meter.files_changed, 'file')} changed, {meter.files_read} read"
    size = f" ({meter.bytes_ignored:,} bytes)" if meter.bytes_ignored else ""
    ignored = f"{'' if meter.ignored_complete else 'at least '}{meter.files_ignored} ignored{size}"
    left = f"{meter.files_unaudited} unaudited, {ignored}"
    counts = f"{_count(meter.lines, 'line')}, {_count(meter.commits, 'commit')}, {_count(meter.rules, 'rule')}"
    yield "", f"{files}, {left}; {counts}"


def _folded(text: str, style: Style, width: int, indent: str, then: str | None = None) -> Iterator[Line]:
    """A text of words, folded to the width; a word that is longer stays whole."""
    rest = indent + "  " if then is None else then
    folded = textwrap.wrap(
        shown(text), max(width, 40), initial_indent=indent, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    yield from ((style, line) for line in folded)


def _of(audit: Audit, outcome: Outcome) -> list[Verdict]:
    return [one for one in audit.verdicts if one.outcome is outcome]


def _told(why: str) -> list[str]:
    """What a rule says of how it came to its verdict, line by line."""
    told = [_cut(line) for line in why.split("\n", MOST)[:MOST] if line]
    return [*told, "..."] if why.count("\n") >= MOST else told


def _label(verdict: Verdict) -> str:
    return shown(f"{verdict.clause} {verdict.rule}".strip())


def _place(at: Place) -> str:
    return _path(str(at))


def _path(path: str) -> str:
    """A path whose two ends tell where it leads, however long it is."""
    half = LONGEST_PATH // 2
    text = shown(path)  # cut afterwards: what is escaped is longer
    return text if len(text) <= LONGEST_PATH else f"{text[:half]}...{text[-half:]}"


def _at(finding: Finding) -> str:
    return f"{_place(finding.at)}: " if finding.at else ""


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
