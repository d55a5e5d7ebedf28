"""The audit for people at a terminal. Standard library only; who prints it, colours it."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.verdict import BASELINE, Audit, Finding, Outcome, Severity, Verdict

Style = Literal["", "bold", "red", "yellow", "green", "dim"]
Line = tuple[Style, str]

MOST = 20  # findings of one rule, or files of one list, that are shown unless all are asked for
LONGEST = 400  # characters of one text out of the audited tree
LONGEST_PATH = 300  # of a path, which keeps its two ends
ROOM = 20  # columns that a message needs beside its place

# A runner trims the blanks before a command, so that one may begin at any word: a line is folded there.
OBEYED = re.compile(r"(?<!\S)::(?=[A-Za-z-]+(?: [^:]*)?::)|##(?=\w*\[)")
NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def shown(text: str) -> str:
    """The text with every character escaped that could move the cursor, reorder or hide what stands beside it.

    These are control characters, line ends, bidi and zero-width ones, odd spaces, and bytes that are not
    UTF-8 (``\\xff``). The result is printable and can always be encoded. What a CI would obey where it stands in a log
    (``::error::`` of GitHub, ``##vso[`` of Azure, ``##teamcity[``) has its first sign escaped.
    """
    text = text if text.isprintable() else "".join(one if one.isprintable() else _escaped(one) for one in text)
    return OBEYED.sub(lambda found: f"\\x{ord(found[0][0]):02x}{found[0][1]}", text) if "::" in text or "##" in text else text


def lines(
    audit: Audit, *, verbose: bool = False, brief: bool = False, width: int = 80, fail_on: Severity = "error"
) -> Iterator[Line]:
    """The whole audit, line by line, each with its style: what is broken first, the verdict last.

    ``width`` is in columns; a place is never folded, so that it stays one click. ``verbose`` shows every finding,
    and what was kept; ``brief`` only counts what pytest has told of each failed item.
    """
    broken = [one for one in audit.verdicts if one.breaks]
    failed = [one for one in broken if one.severity == "error"]
    (title, style, _), (lesser, paler, _) = SEVERITIES
    several = len({one.profile for one in broken}) > 1
    yield from _section(title, style, _counted(failed) if brief else _clauses(failed, style, verbose, width, several))
    warned = [one for one in broken if one.severity != "error"]
    yield from _section(lesser, paler, _clauses(warned, paler, verbose, width, several))
    yield from _section("style, which breaks nothing", "bold", _remarks(audit.verdicts, verbose, width))
    yield from _section("waived by the policy", "bold", _reasons(_of(audit, Outcome.WAIVED), width))
    yield from _section("not judged, and why", "yellow", _not_judged(audit, verbose, width))
    for outcome, title in ((Outcome.NOT_CHECKABLE, "for a person to check"), (Outcome.NOT_BUILT, "not built yet")):
        yield from _named(_of(audit, outcome), title, width)
    if verbose:
        yield from _named(_of(audit, Outcome.KEPT), "kept", width)
    yield from _facts(audit, width)
    yield closing(audit, fail_on)


def summary(audit: Audit, *, width: int = 80, fail_on: Severity = "error") -> Iterator[Line]:
    """The audit in short: a line for each broken rule, the reasons of what was not judged counted, the verdict last."""
    broken = [one for one in audit.verdicts if one.breaks]
    for title, style, severity in SEVERITIES:
        yield from _section(title, style, _counted([one for one in broken if one.severity == severity]))
    if crashed := [one for one in audit.verdicts if one.undecided]:
        yield from _folded("could not be judged: " + ", ".join(map(_label, crashed)), "red", width, "", "  ")
    if not audit.policy.reviewed:
        yield "yellow", UNREVIEWED
    yield "", meter(audit)
    yield closing(audit, fail_on)


def closing(audit: Audit, fail_on: Severity = "error") -> Line:
    """One line that says what the audit comes to, where what is broken fails from this severity on."""
    error, warning = ([v for v in audit.verdicts if v.breaks and (v.severity == "error") is hard] for hard in (True, False))
    parts = [
        _count(len({(v.profile, v.clause) for v in error}), "clause") + " broken" if error else "nothing broken",
        f"{len({(v.profile, v.clause) for v in warning})} at severity warning" if warning else "",
        *(f"{n} {title}" for outcome, title in TITLES.items() if (n := len(_of(audit, outcome)))),
        f"{n} undecided" if (n := sum(v.undecided and v.outcome is not Outcome.CRASHED for v in audit.verdicts)) else "",
    ]
    says, style = VERDICTS[audit.exit_code(fail_on)]
    if style == "green" and warning:
        style = "yellow"
    return style, f"agent compliance: {says}: " + ", ".join(part for part in parts if part)


def explain(verdict: Verdict) -> str:
    """Why one item fails: its clause, each finding with its place, and what to do."""
    head = shown(f"{verdict.clause} ({verdict.rule}): {verdict.says}" if verdict.rule else f"{verdict.clause}: {verdict.says}")
    found = [one for one in verdict.findings if one.level == "breach"] if verdict.breaks else []
    reasons = [f"crashed: {shown(verdict.why)}"] if verdict.outcome is Outcome.CRASHED else _told(verdict.why)
    unread = [f"could not be read: {shortened(path)}" for path in verdict.unread[:MOST]]
    rest = [f"... and {len(verdict.unread) - MOST} more that could not be read"] if len(verdict.unread) > MOST else []
    told = [text.strip() for _, text in _findings(found, verbose=False, width=0)]
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
SEVERITIES: tuple[tuple[str, Style, Severity], ...] = (
    ("broken", "red", "error"), ("broken, at severity warning", "yellow", "warning"),
)  # fmt: skip
UNREVIEWED = "policy unreviewed: first introduction"
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


def _clauses(broken: Sequence[Verdict], style: Style, verbose: bool, width: int, several: bool) -> Iterator[Line]:
    """Each broken clause once, with all of its rules: the rules of one clause may stand apart in a profile's order.

    Above those that stand under one heading of the spec, that heading. ``several``: rules name their profiles.
    """
    clauses: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in broken:
        clauses.setdefault((verdict.profile, verdict.clause), []).append(verdict)
    above = ("", "")
    for k, ((profile, clause), verdicts) in enumerate(clauses.items()):
        if k:
            yield "", ""
        if above != (above := (profile, verdicts[0].section)) and verdicts[0].section:
            yield "dim", f"  # {_cut(verdicts[0].section)}"
        yield from _folded(f"{clause}: {verdicts[0].says}", "bold", width, "  ")
        breaches = [[one for one in verdict.findings if one.level == "breach"] for verdict in verdicts]
        shared = len({tuple(remedies(found)) for found in breaches}) == 1  # what helps against all of it is told once
        for n, (verdict, found) in enumerate(zip(verdicts, breaches, strict=True), 1):
            yield style, shown(f"    {verdict.rule or 'no rule'}" + (f" ({profile})" if several else ""))
            yield from _findings(found, verbose, width)
            for text in _told(verdict.why):
                yield from _folded(f"note: {text}", "dim", width, "    ")
            for text in remedies(found) if not shared or n == len(verdicts) else ():
                yield from _folded(text, "", width, "    ")


def _counted(broken: Sequence[Verdict]) -> Iterator[Line]:
    """One line for each broken rule: how much it found, and the first place."""
    for verdict in broken:
        found = [one for one in verdict.findings if one.level == "breach"]
        first = f", first at {_place(found[0].at)}" if found and found[0].at else ""
        yield "", f"  {_label(verdict)}: {_count(len(found), 'finding')}{first}"


def _findings(found: Sequence[Finding], verbose: bool, width: int) -> Iterator[Line]:
    """Each finding behind its place, folded to the width; on one line where that is 0."""
    most = len(found) if verbose else MOST
    for one in found[:most]:
        if not width:
            yield "", f"    {_at(one)}{_cut(one.message)}"
        else:
            yield from _placed(f"    {_at(one)}", one, "", width)
    if len(found) > most:
        yield "dim", f"    ... and {len(found) - most} more (see --output json)"


def _placed(head: str, one: Finding, style: Style, width: int, rest: str = "") -> Iterator[Line]:
    """A finding behind its place; below it where the place leaves no room for words."""
    text = _cut(one.message) + rest
    if len(head) + ROOM > max(width, 40):
        yield style, head.rstrip()
        head = "      "
    yield from _folded(text, style, width, head, "      ")


def _remarks(verdicts: Iterable[Verdict], verbose: bool, width: int) -> Iterator[Line]:
    for verdict in verdicts:
        remarks = [one for one in verdict.findings if one.level == "style"]
        if not remarks:
            continue
        head = shown(f"  {verdict.clause} {verdict.rule}")
        if verbose:
            yield "dim", f"{head}:"
            for one in remarks:
                yield from _placed(f"    {_at(one)}", one, "dim", width)
        else:
            rest = f" (and {len(remarks) - 1} more)" if len(remarks) > 1 else ""
            yield from _placed(f"{head}: {_at(remarks[0])}", remarks[0], "dim", width, rest)


def _not_judged(audit: Audit, verbose: bool, width: int) -> Iterator[Line]:
    for verdict in _of(audit, Outcome.CRASHED):
        yield "red", f"  crashed: {_label(verdict)}: {_cut(verdict.why)}"
    most = None if verbose else MOST
    for verdict in audit.verdicts:
        if verdict.unread:
            more = len(verdict.unread) - MOST if most and len(verdict.unread) > most else 0
            files = ", ".join(map(shortened, verdict.unread[:most])) + (f" and {more} more" if more else "")
            yield "red" if verdict.severity == "error" else "yellow", f"  {_label(verdict)} could not read: {files}"
    for path, why in audit.unaudited[:most]:
        yield "yellow", f"  {shortened(path)}: {_cut(why)}"
    if most and len(audit.unaudited) > most:
        yield "dim", f"  ... and {len(audit.unaudited) - most} more files that could not be read (see --output json)"
    yield from _reasons([one for one in _of(audit, Outcome.NOT_JUDGED) if not one.unread], width)


def _reasons(verdicts: Iterable[Verdict], width: int) -> Iterator[Line]:
    """One line for each reason, and under it whom it concerns."""
    for why, group in groupby(sorted(verdicts, key=lambda one: one.why), key=lambda one: one.why):
        yield from _folded(_cut(why) or "no reason was given", "", width, "  ")
        yield from _folded(", ".join(map(_label, group)), "dim", width, "    ")


def _named(verdicts: Sequence[Verdict], title: str, width: int) -> Iterator[Line]:
    if verdicts:
        names = dict.fromkeys(verdict.clause for verdict in verdicts)
        count = f"{len(verdicts)}" if len(verdicts) == len(names) else f"{len(verdicts)} rules of {_count(len(names), 'clause')}"
        yield from _folded(f"{title}: {count} ({', '.join(names)})", "", width, "", "  ")


def _facts(audit: Audit, width: int) -> Iterator[Line]:
    profiles = list(dict.fromkeys(one.profile for one in audit.verdicts))
    yield from _folded(f"{'profile' if len(profiles) == 1 else 'profiles'}: {', '.join(profiles) or 'none'}", "", width, "", "  ")
    yield "", f"base: {_cut(audit.base) or 'not named'}"
    yield "", f"merge base: {_cut(audit.merge_base) or 'none'}"
    yield "", f"head: {_cut(audit.head) or 'the work tree as it stands'}"
    digest = f" (sha256 {_cut(audit.policy.digest[:12])})" if audit.policy.digest else ""
    yield "", f"policy: {_cut(audit.policy.source) or 'none'}{digest}"
    if not audit.policy.reviewed:
        yield "yellow", UNREVIEWED
    for note in audit.notes:
        yield from _folded(f"note: {_cut(note)}", "yellow", width, "", "  ")
    if excused := [one for verdict in audit.verdicts for one in verdict.excused]:
        known = sum(one.excuse == BASELINE for one in excused)
        yield "", f"excused: {_count(len(excused) - known, 'finding')} by waivers, {known} {BASELINE}"
    yield "", meter(audit)


def meter(audit: Audit) -> str:
    """What was and was not looked at, on one line."""
    meter = audit.meter
    files = f"{_count(meter.files_changed, 'file')} changed, {meter.files_read} read"
    size = f" ({meter.bytes_ignored:,} bytes)" if meter.bytes_ignored else ""
    ignored = f"{'' if meter.ignored_complete else 'at least '}{meter.files_ignored} ignored{size}"
    left = f"{meter.files_unaudited} unaudited, {ignored}"
    counts = f"{_count(meter.lines, 'line')}, {_count(meter.commits, 'commit')}, {_count(meter.rules, 'rule')}"
    return f"{files}, {left}; {counts}"


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
    return shortened(str(at))


def shortened(path: str) -> str:
    """A path whose two ends tell where it leads, however long it is."""
    half = LONGEST_PATH // 2
    text = shown(path)  # cut afterwards: what is escaped is longer
    return text if len(text) <= LONGEST_PATH else f"{text[:half]}...{text[-half:]}"


def _at(finding: Finding) -> str:
    return f"{_place(finding.at)}: " if finding.at else ""


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
