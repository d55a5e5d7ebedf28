"""A signed verdict read by whoever did not make it: whose signature, which commit, which policy, what was verified.

Nothing is believed that no key of the reader's has signed. What cannot be told is no pass: exit code 3, as in an audit.
"""

import hashlib
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pytest_agentcompliance import engine
from pytest_agentcompliance.errors import EvidenceError, UsageError
from pytest_agentcompliance.parsing import svr
from pytest_agentcompliance.parsing.proofs import keys as public_keys
from pytest_agentcompliance.parsing.proofs import signatures, statement
from pytest_agentcompliance.parsing.proofs.statement import Malformed
from pytest_agentcompliance.profile import INTEGRITY
from pytest_agentcompliance.reporters.text import Line, Style, shown

LARGEST_KEY = 64 * 1024  # bytes of a file with a key
URL_SAFE = str.maketrans("-_", "+/")
AHEAD = timedelta(hours=1)  # what clocks differ by
MOST, LONGEST = 40, 100  # clauses of a profile, and profiles, that are shown; characters of a text in the statement
WIDTH = 69  # columns beside the labels


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for. ``repo`` None: the statement is held to no repository; ``head`` None: what is checked out."""

    file: Path
    keys: tuple[Path, ...] = ()
    repo: Path | None = None
    base: str | None = None
    head: str | None = None
    policy: Path | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of it. ``wrong`` is what does not hold, ``unknown`` what could not be told, each as a clause.

    ``said`` is what the statement says, None where it is none; only where ``by`` names a key somebody answers for it.
    ``held`` is what was compared with the repository or a policy, and is the same there.
    """

    by: str = ""
    key: str = ""  # the fingerprint of that key
    said: svr.Result | None = None
    held: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 it holds, 1 it does not, 3 it could not be told; 1 beats 3."""
        return 1 if self.wrong else 3 if self.unknown or not self.by or self.said is None else 0


@dataclass(slots=True)
class _Found:
    held: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def verify(asked: Asked) -> Verified:
    """Read the file, and hold it to what was asked for. Raises ``UsageError``, ``PolicyError`` and ``EvidenceError``."""
    if asked.repo is None and (asked.base is not None or asked.head is not None):
        raise UsageError("--base and --head are of a repository; pass it with --repo")
    data, found = _bytes(asked.file), _Found()
    trusted = dict(_given(asked.keys))
    try:
        plain, envelope = statement.payload(data)
        said: svr.Result | None = svr.read(plain)
    except Malformed as wrong:
        # What nobody can read is held to nothing, but a wrong key is told all the same.
        return Verified(unknown=(f"the file holds no verdict: {wrong}",))
    assert said is not None
    by = _signed(envelope, trusted, found) if trusted else ""
    if asked.repo is not None:
        base = asked.base or (said.merge_base or None if by else None)
        policy = _in_repository(replace(asked, base=base), said, found, claimed=base != asked.base)
        if not trusted:
            trusted = dict(policy)
            by = _signed(envelope, trusted, found)
    elif asked.policy is not None:
        _same_policy(said, hashlib.sha256(_bytes(asked.policy, "--policy ")).hexdigest(), "that was passed", found)
    if not trusted and not found.unknown:
        found.unknown.append(_unsigned(envelope) or "there is no key to hold its signature to; pass one with --key")
    if said.time > datetime.now(UTC) + AHEAD:
        found.wrong.append("it says that it was made in the future")
    if not said.passed:
        found.wrong.append("the audit did not pass")
    called = public_keys.fingerprint(public_keys.public(trusted[by])) if by else ""
    return Verified(by, called, said, tuple(found.held), tuple(found.wrong), tuple(found.unknown))


def lines(made: Verified) -> Iterator[Line]:
    """What a person reads, the verdict last."""
    said = made.said
    if made.by:
        yield "", f"signature  by {shown(made.by)}, ed25519 key {made.key[:16]}"
    elif said is not None:
        yield "yellow", "signature  by nobody who is trusted: anybody could have written what follows"
    if said is not None:
        yield "", f"verifier   agent-compliance {shown(unquote(said.version))}, at {said.time:%Y-%m-%d %H:%M:%S} UTC"
        yield "", f"{'commit' if said.kind == svr.COMMIT else 'tree':<11}{said.id}{_also(made, 'commit', 'tree')}"
        yield "", f"base       {said.merge_base or 'not named'}{_also(made, 'base')}"
        unseen = "" if said.reviewed or not said.policy else "; nobody has reviewed it"
        source = (said.source[:LONGEST] or "it is not said where it was read") if said.policy else "none"
        yield from _folded("policy", f"{source}{_also(made, 'policy')}{unseen}")
        if said.policy:
            yield "", f"sha256     {said.policy}"
        yield from _result(said)
    for text in made.wrong:
        yield from _folded("wrong", text, "red")
    for text in made.unknown:
        yield from _folded("not known", text, "yellow")
    yield closing(made)


def closing(made: Verified) -> Line:
    if made.exit_code == 0 and made.said is not None:
        return "green", f"agent compliance: verified: signed by {shown(made.by)}, and the audit passed"
    number = len(made.wrong) if made.wrong else len(made.unknown)
    what = "not verified" if made.wrong else "could not be verified"
    return "red", f"agent compliance: {what}: {number} {'reason' if number == 1 else 'reasons'}"


def as_json(made: Verified) -> dict[str, Any]:
    said = made.said
    document: dict[str, Any] = {
        "schema_version": 1,
        "verified": made.exit_code == 0,
        "signed_by": {"name": made.by, "key": made.key} if made.by else None,
        "held": list(made.held), "wrong": list(made.wrong), "unknown": list(made.unknown),
        "says": None,
    }  # fmt: skip
    if said is not None:
        document["says"] = {
            "subject": {said.kind: said.id}, "merge_base": said.merge_base, "verifier": f"{svr.VERIFIER}{said.version}",
            "time": said.time.isoformat(), "policy": {"sha256": said.policy, "source": said.source, "reviewed": said.reviewed},
            "properties": list(said.properties),
        }  # fmt: skip
    return document


def _also(made: Verified, *words: str) -> str:
    return ", as in the repository" if set(words) & set(made.held) else ""


def _result(said: svr.Result) -> Iterator[Line]:
    yield ("green", "result     passed") if said.passed else ("red", "result     not passed")
    label = "kept"
    for k, (profile, clauses) in enumerate(said.clauses.items()):
        if k == MOST:
            yield "", f"{'':<11}and clauses of {len(said.clauses) - MOST} more profiles"
            return
        some = ", ".join(one[:LONGEST] for one in clauses[:MOST]) + (", ..." if len(clauses) > MOST else "")
        yield from _folded(label, f"{profile[:LONGEST]}: {len(clauses)}: {some}")
        label = ""


def _folded(label: str, text: str, style: Style = "") -> Iterator[Line]:
    for k, line in enumerate(textwrap.wrap(shown(text), WIDTH, break_on_hyphens=False)):
        yield style, f"{'' if k else label:<11}{line}"


def _signed(envelope: Mapping[str, Any] | None, trusted: Mapping[str, str], found: _Found) -> str:
    """The name of the trusted key that signed it; what is to be said where none did goes into ``found``."""
    if problem := _unsigned(envelope):
        found.unknown.append(problem)
        return ""
    assert envelope is not None
    if problem := _doubled(envelope):
        found.wrong.append(problem)
        return ""
    one = signatures.verify(envelope, trusted)
    if one.broken:
        found.wrong.append(one.why)
    elif one.why == signatures.INSTALL or (not one.by and not trusted):
        found.unknown.append(one.why)
    elif not one.by:
        found.unknown.append("it is signed by none of the keys that are trusted, or was altered after it was signed")
    return one.by


def _unsigned(envelope: Mapping[str, Any] | None) -> str:
    return "" if envelope is not None else "it is not signed"


def _doubled(envelope: Mapping[str, Any]) -> str:
    """An honest signer signs once: two entries alike are there to be counted twice."""
    listed = envelope.get("signatures")
    entries = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    for word in ("sig", "keyid"):
        # Base64 has two alphabets.
        values = [one[word].translate(URL_SAFE) for one in entries if isinstance(one.get(word), str) and one[word]]
        if len(set(values)) != len(values):
            return "its envelope has the same signature, or the same key, twice"
    return ""


def _in_repository(asked: Asked, said: svr.Result, found: _Found, *, claimed: bool) -> Mapping[str, str]:
    """Hold it to a repository; the keys that base's policy trusts. ``claimed``: base is what the signed statement says it was."""
    assert asked.repo is not None
    head = asked.head or ("HEAD" if said.kind == svr.COMMIT else None)
    # Integrity alone is bound, as nothing is judged.
    options = engine.Options(asked.repo, asked.base, head, (INTEGRITY,), policy=asked.policy)
    try:
        with engine.opened(options) as one:
            span, facts, trusted = one.ends.span, one.facts, one.policy.keys
            here = span.head if said.kind == svr.COMMIT else one.ends.head_tree
    except (UsageError, EvidenceError) as wrong:
        if not claimed:
            raise
        found.unknown.append(f"the repository could not be compared from {said.merge_base[:12]} on: {wrong}")
        return {}
    what = "commit" if said.kind == svr.COMMIT else "tree"
    _same(what, said.id, here, found)
    _same("base", said.merge_base, span.merge_base, found, hint="; pass the one that the run started from with --base")
    _same_policy(said, facts.digest, "in force here", found)
    if said.reviewed and not facts.reviewed:
        found.wrong.append("it says that its policy was reviewed, and here the run brought its own")
    return trusted


def _same(what: str, there: str, here: str, found: _Found, hint: str = "") -> None:
    if there == here:
        found.held.append(what)
    else:
        found.wrong.append(f"it speaks of the {what} {there[:12] or '(none)'}, and here it is {here[:12]}{hint}")


def _same_policy(said: svr.Result, digest: str, whose: str, found: _Found) -> None:
    if said.policy == digest:
        found.held.append("policy")
    else:
        mine, other = (f"sha256 {one[:12]}" if one else "none" for one in (said.policy, digest))
        found.wrong.append(f"it was judged by another policy ({mine}) than the one {whose} ({other})")


def _given(files: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Public keys by the names of their files. Raises ``UsageError``."""
    names = [file.name for file in files]
    for file in files:
        text = _bytes(file, "--key ", LARGEST_KEY).decode("utf-8", "replace")
        try:
            public_keys.public(text)
        except ValueError as wrong:
            raise UsageError(f"--key {file}: {str(wrong).partition(', below')[0]}") from None
        yield (file.name if names.count(file.name) == 1 else str(file)), text


def _bytes(file: Path, called: str = "", limit: int = statement.LIMIT) -> bytes:
    """A regular file, or so much of it that it is seen to be too large. Raises ``UsageError``."""
    if file.exists() and not file.is_file():
        raise UsageError(f"{called}{file}: it is no regular file")
    try:
        with file.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as wrong:
        raise UsageError(f"{called}{file}: {wrong.strerror}") from wrong
