"""BACKEND-LOG.md into a ChunkLog, whatever dialect it is written in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import get_args

from pytest_agentcompliance.evidence.log import Chunk, ChunkLog, Claim, Command, Dress, FieldName, LogField, Signal, Tokens
from pytest_agentcompliance.parsing import log_chunks, log_fields, log_lists, log_runs, log_signals, markdown
from pytest_agentcompliance.parsing.log_chunks import Head, Outline
from pytest_agentcompliance.parsing.log_commands import Ran
from pytest_agentcompliance.parsing.log_files import Named
from pytest_agentcompliance.parsing.markdown import Line
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.sources import log_parts

FIELDS: tuple[FieldName, ...] = get_args(FieldName)


def parse(text: str, path: str, *, before: str | None = None) -> ChunkLog:
    """Read a log; never fails, whatever the text is.

    ``before`` is the log as it stood at base: a chunk that it has with the same number and, apart from white
    space, the same text is not new. Lines are counted from 1 and end at a line feed, a carriage return or both.
    """
    lines, outline = log_chunks.read(text)
    known, listed = _at_base(before) if before is not None else (frozenset[tuple[str, str]](), frozenset[tuple[str, str]]())
    dresses = _Dresses(path)
    contents = [log_fields.read(lines[head.first : head.end]) for head in outline.heads]
    chunks = tuple(
        _chunk(head, lines[head.first : head.end], content, known, dresses)
        for head, content in zip(outline.heads, contents, strict=True)
    )
    claims = [_claim(path, one) for one in log_lists.claims(lines, outline)]
    signals = tuple(Signal(said.kind, Place(path, at), said.dress, said.reason, said.text) for at, said in outline.signals)
    for signal in signals:
        if signal.dress:
            dresses.add("signal", f"the signal is written as: {signal.dress}", signal.at.line or 1)
    for claim in [*(claim for chunk in chunks if chunk.new for claim in chunk.files), *claims]:
        if claim.path.startswith("/"):
            dresses.add("path", "a path is absolute", claim.at.line or 1)
    return ChunkLog(
        path,
        chunks=chunks,
        unchunked_files=tuple(replace(claim, new=(claim.path, claim.status) not in listed) for claim in claims),
        signals=signals,
        tokens=tuple(_tokens(path, lines, outline, dresses)),
        dresses=dresses.all,
        lines=len(lines),
        last_line=max((line.number for line in lines if line.kind != "blank"), default=0),
        after_signal=_after(path, lines, outline),
        unchunked_commands=tuple(_command(path, one) for one in log_runs.runs(lines, outline)),
        named=() if chunks else tuple((name, Place(path, at)) for name, at in log_lists.in_passing(lines)),
        parts=log_parts.parts(lines, outline, contents),
    )


def _at_base(before: str) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """The chunks (number, text) and the claims outside of them (path, status) that the log already had."""
    lines, outline = log_chunks.read(before)
    chunks = frozenset((head.number, _folded(lines[head.first - 1 : head.end])) for head in outline.heads)
    return chunks, frozenset((one.path, one.status) for one in log_lists.claims(lines, outline))


def _folded(lines: Iterable[Line]) -> str:
    return " ".join(markdown.joined(lines).split())


def _chunk(
    head: Head, lines: list[Line], content: log_fields.Content, known: frozenset[tuple[str, str]], dresses: "_Dresses"
) -> Chunk:
    path = dresses.path
    text = markdown.joined([head.line, *lines])
    new = (head.number, " ".join(text.split())) not in known
    if new:
        for what in head.dresses:
            dresses.add("heading", what, head.line.number)
        for what, at in content.dresses:
            dresses.add("label", what, at)
    return Chunk(
        number=head.number,
        numbers=head.numbers,
        name=head.name,
        at=Place(path, head.line.number),
        fields=_fields(content),
        files=tuple(_claim(path, one) for one in content.files),
        commands=tuple(_command(path, one) for one in content.commands),
        text=text,
        new=new,
    )


def _claim(path: str, one: Named) -> Claim:
    return Claim(one.path, one.status, Place(path, one.line), one.changed, aside=one.aside)


def _command(path: str, one: Ran) -> Command:
    return Command(one.command, one.outcome, Place(path, one.line))


def _fields(content: log_fields.Content) -> dict[FieldName, LogField]:
    return {name: LogField(one.text, one.label, one.line) for name in FIELDS if (one := content.fields.get(name))}


def _tokens(path: str, lines: list[Line], outline: Outline, dresses: "_Dresses") -> Iterator[Tokens]:
    for first, end in outline.token_spans:
        counted: dict[str, int | None] = {}
        for line in lines[first:end]:
            if line.kind in ("text", "code", "indented", "html") and (side := log_signals.tokens(line)):
                counted.setdefault(*side)
        if counted:
            yield Tokens(counted.get("input"), counted.get("output"), Place(path, lines[first].number))
            if (title := lines[first].body.strip("*: ")) != "Worker Token Summary":
                dresses.add("tokens", f"the token summary is headed {title[:60]!r}", lines[first].number)


def _after(path: str, lines: list[Line], outline: Outline) -> Place | None:
    """The first text after the last signal that neither counts tokens nor opens a chunk."""
    if not outline.signals:
        return None
    last = outline.signals[-1][0]
    skipped = [*outline.token_spans, *((head.first - 1, head.end) for head in outline.heads)]
    skip = {at for first, end in skipped if end > last for at in range(max(first, last), end)}
    for at in range(last, len(lines)):
        if at not in skip and lines[at].kind not in ("blank", "rule", "under", "hidden"):
            return Place(path, lines[at].number)
    return None


@dataclass(slots=True)
class _Dresses:
    """Deviations that lose nothing, each kind once, with its first place and how often it was met."""

    path: str
    met: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # the first line, how often

    def add(self, part: str, what: str, line: int) -> None:
        self.met.setdefault((part, what), [line, 0])[1] += 1

    @property
    def all(self) -> tuple[Dress, ...]:
        return tuple(Dress(what, Place(self.path, line), count, part) for (part, what), (line, count) in self.met.items())
