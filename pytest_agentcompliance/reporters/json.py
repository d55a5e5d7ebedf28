"""The audit as JSON and back. Standard library only: the pytest process reads it without our dependencies."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NoReturn, TypeVar, get_args

from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.verdict import (
    Audit,
    Finding,
    Level,
    Meter,
    Outcome,
    PolicyFacts,
    Remedy,
    RemedyKind,
    Severity,
    Verdict,
)

SCHEMA_VERSION = 1  # grows when a reader of the version before could misread the document

SURROGATE = re.compile("[\ud800-\udfff]")
ODD = re.compile(r"[^\n -~]|(?<=#)#")  # what may have to be spelled; Azure and GitHub obey ##[ and ##vso[ wherever they stand

T = TypeVar("T")


def dumps(audit: Audit) -> str:
    """The document: the same audit gives the same text, in the order given, and it is always valid UTF-8.

    Printed at a terminal or into the log of a CI it moves no cursor, hides nothing and commands nothing.

    A byte of a path that is not UTF-8 stands as ``\\xff``, with ``path_bytes``, base64 of the whole path,
    beside it. ``Finding.evidence`` is left out: it may hold what the audited tree should not spread.
    """
    document = {
        "schema_version": SCHEMA_VERSION,
        "base": audit.base,
        "merge_base": audit.merge_base,
        "head": audit.head,
        "policy": {"source": audit.policy.source, "digest": audit.policy.digest, "reviewed": audit.policy.reviewed},
        "verdicts": [_verdict(one) for one in audit.verdicts],
        "meter": {name: getattr(audit.meter, name) for name in (*METER, "ignored_complete")},
        "notes": list(audit.notes),
        "unaudited": [{**_path(path), "why": why} for path, why in audit.unaudited],
    }
    return harmless(json.dumps(document, indent=1, ensure_ascii=False)) + "\n"


def loads(text: str) -> Audit:
    """The audit that ``dumps`` wrote. Raises ``EvidenceError`` that names the spot when the text is anything else."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise EvidenceError(f"the audit is not JSON: {wrong}") from wrong
    root = _Node(document, "")
    if (version := root.number("schema_version")) != SCHEMA_VERSION:
        raise EvidenceError(f"the audit is of schema version {version}; this one reads {SCHEMA_VERSION}")
    policy, meter = root.node("policy"), root.node("meter")
    return Audit(
        base=root.text("base"),
        merge_base=root.text("merge_base"),
        head=root.text("head"),
        policy=PolicyFacts(policy.text("source"), policy.text("digest"), policy.truth("reviewed")),
        verdicts=root.each("verdicts", _verdict_of),
        meter=Meter(**{name: meter.number(name) for name in METER}, ignored_complete=meter.truth("ignored_complete")),
        notes=root.texts("notes"),
        unaudited=root.each("unaudited", lambda node: (node.path() or "", node.text("why"))),
    )


METER = ("files_changed", "files_read", "files_unaudited", "files_ignored", "lines", "commits", "rules", "bytes_ignored")


def harmless(document: str) -> str:
    """The same JSON with what no reader would see, or a CI would obey, as JSON's own escapes; a lone surrogate is spelled out."""
    return ODD.sub(_spelled, document)


def _spelled(found: re.Match[str]) -> str:
    one = found[0]
    if SURROGATE.match(one):
        return _escaped_twice(found)
    return one if one.isprintable() and one != "#" else f"\\u{ord(one):04x}" if ord(one) < 0x10000 else json.dumps(one)[1:-1]


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "profile": verdict.profile,
        "clause": verdict.clause,
        "section": verdict.section,
        "says": verdict.says,
        "rule": verdict.rule,
        "severity": verdict.severity,
        "outcome": str(verdict.outcome),
        "why": verdict.why,
        "unread": list(verdict.unread),
        "findings": [_finding(one) for one in verdict.findings],
        "excused": [{**_finding(one), "excuse": one.excuse} for one in verdict.excused],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    remedy = finding.remedy
    return {
        "message": finding.message,
        **_path(finding.at.path if finding.at else None),
        "line": finding.at.line if finding.at else None,
        "level": finding.level,
        "remedy": {"kind": remedy.kind, "text": remedy.text} if remedy else None,
        "fingerprint": finding.fingerprint,
    }


def _path(path: str | None) -> dict[str, str | None]:
    if path is None or not SURROGATE.search(path):
        return {"path": path}
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # no path of git has such a surrogate
        return {"path": path}
    return {"path": path, "path_bytes": base64.b64encode(raw).decode("ascii")}


def _escaped_twice(found: re.Match[str]) -> str:
    """The escape of a surrogate as it stands in a JSON string: with its backslash escaped."""
    code = ord(found[0])
    return f"\\\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\\\u{code:04x}"


def _verdict_of(node: "_Node") -> Verdict:
    return Verdict(
        profile=node.text("profile"),
        clause=node.text("clause"),
        says=node.text("says"),
        rule=node.text("rule"),
        severity=node.one_of("severity", get_args(Severity)),
        outcome=Outcome(node.one_of("outcome", tuple(Outcome))),
        findings=node.each("findings", _finding_of),
        why=node.text("why"),
        unread=node.texts("unread"),
        excused=node.each("excused", lambda one: replace(_finding_of(one), excuse=one.text("excuse"))),
        section=node.text("section"),
    )


def _finding_of(node: "_Node") -> Finding:
    path = node.path()
    remedy = None if node.get("remedy") is None else node.node("remedy")
    return Finding(
        message=node.text("message"),
        at=None if path is None else Place(path, None if node.get("line") is None else node.number("line")),
        level=node.one_of("level", get_args(Level)),
        remedy=None if remedy is None else Remedy(remedy.one_of("kind", get_args(RemedyKind)), remedy.text("text")),
        fingerprint=node.text("fingerprint"),
    )


class _Node:
    """One object of the document and where it stands; every getter raises ``EvidenceError`` with that place."""

    def __init__(self, value: object, at: str) -> None:
        if not isinstance(value, Mapping):
            raise EvidenceError(f"the audit's JSON: {at or 'the document'} is not an object")
        self.value, self.at = value, at

    def get(self, key: str) -> Any:
        if key not in self.value:
            raise EvidenceError(f"the audit's JSON: {self._spot(key)} is missing")
        return self.value[key]

    def text(self, key: str) -> str:
        return self._typed(key, self.get(key), str, "a text")

    def number(self, key: str) -> int:
        value = self._typed(key, self.get(key), int, "a number")
        if isinstance(value, bool):
            self._refuse(key, "a number")
        return value

    def truth(self, key: str) -> bool:
        return self._typed(key, self.get(key), bool, "true or false")

    def one_of(self, key: str, allowed: tuple[Any, ...]) -> Any:
        value = self.text(key)
        if value not in allowed:
            self._refuse(key, "one of " + ", ".join(allowed))
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(self._typed(key, one, str, "a list of texts") for one in self._list(key))

    def node(self, key: str) -> "_Node":
        return _Node(self.get(key), self._spot(key))

    def each(self, key: str, read: "Callable[[_Node], T]") -> tuple[T, ...]:
        return tuple(read(_Node(one, f"{self._spot(key)}[{i}]")) for i, one in enumerate(self._list(key)))

    def path(self) -> str | None:
        """The path as it is in the tree: from ``path_bytes`` where that stands beside it."""
        if "path_bytes" not in self.value:
            return None if self.get("path") is None else self.text("path")
        try:
            return base64.b64decode(self.text("path_bytes"), validate=True).decode("utf-8", "surrogateescape")
        except ValueError:
            self._refuse("path_bytes", "base64")

    def _list(self, key: str) -> list[Any]:
        return self._typed(key, self.get(key), list, "a list")

    def _typed(self, key: str, value: Any, kind: type[T], called: str) -> T:
        if not isinstance(value, kind):
            self._refuse(key, called)
        return value

    def _refuse(self, key: str, called: str) -> NoReturn:
        raise EvidenceError(f"the audit's JSON: {self._spot(key)} is not {called}")

    def _spot(self, key: str) -> str:
        return f"{self.at}.{key}" if self.at else key
