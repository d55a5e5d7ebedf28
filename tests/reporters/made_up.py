"""Accounts made by hand: many findings, and texts of any kind in every place."""

from collections.abc import Iterable

from hypothesis import strategies as st

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters.account import Account, Exhibits, FileFact, RuleFact
from pytest_agentcompliance.verdict import Audit, Finding, Meter, Outcome, PolicyFacts, Remedy, Severity, Verdict, fingerprinted
from tests.reporters import hostile

# Anything at all, bytes that are no UTF-8, and what attacks, in the midst of words.
ANY = st.text(st.characters()) | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape"))
SPOKEN = st.lists(st.sampled_from(hostile.IN_PROSE) | st.sampled_from([" ", "_", "a", "(", "\\", "0", "\n"]) | ANY, max_size=5)
TEXT = SPOKEN.map("".join)


def verdict(
    findings: Iterable[Finding], severity: Severity = "error", *, clause: str = "C-1", rule: str = "content/todo",
    profile: str = "p", outcome: Outcome = Outcome.BROKEN,
) -> Verdict:  # fmt: skip
    return Verdict(profile, clause, "says", rule, severity, outcome, tuple(fingerprinted(rule, findings)))


def account(*verdicts: Verdict, files: tuple[FileFact, ...] = ()) -> Account:
    audit = Audit("main", "1" * 40, "2" * 40, PolicyFacts("none"), verdicts, Meter(rules=1))
    return Account(audit, Exhibits(files), version="1.2.3")


def said_everywhere(text: str) -> Account:
    """An account with a text in every place that may come out of the audited tree."""
    text = text or "a"
    path = text.lstrip("/.") or "a"  # as git has it
    one = Finding(text, Place(path, 3), remedy=Remedy("fix", text))
    found = fingerprinted("a/b", [one, Finding(text), Finding(text, Place(path))])
    excused = Finding(text, Place(path, 9), fingerprint="e" * 24, excuse=text)
    style = Finding(text, Place(path, 4), "style", fingerprint="5" * 24)
    broken = Verdict(text, text, text, "a/b", "error", Outcome.BROKEN, (*found, style), text, (path,), (excused,), text)
    others = (
        Verdict("p", "C-2", text, "a/c", "warning", Outcome.NOT_JUDGED, (), text, (path, path)),
        Verdict("p", "C-3", text, "a/d", "error", Outcome.NOT_JUDGED, (), text, section=text),
        Verdict("p", "C-4", text, "a/e", "error", Outcome.CRASHED, (), text),
        Verdict("p", "C-5", text, "", "error", Outcome.NOT_CHECKABLE, (), text),
    )
    audit = Audit(text, text, text, PolicyFacts(text, text), (broken, *others), Meter(1), (text,), ((path, text),))
    rules = {"a/b": RuleFact("a/b", "A title.", "Why ``it`` is there.", "What it does not see.")}
    return Account(audit, Exhibits((FileFact(path, "added", 5, 0, 2),)), rules, "1.2.3", text)
