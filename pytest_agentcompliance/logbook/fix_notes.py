"""What a log still lacks of the specified form and only its author can say: a line for each, and what to write."""

from collections.abc import Iterator
from typing import NamedTuple

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChunkLog
from pytest_agentcompliance.evidence.log import Signal

_ENDINGS = "'BACKEND COMPLETE' when all of it is done, or 'BLOCKED: <reason>'"
_FORMS = {
    "heading": "head each chunk '## Chunk N — <short name>'",
    "label": "write each label as '- Label:', a sub-label two spaces in",
    "signal": f"end the log with a plain line, {_ENDINGS}",
    "tokens": "head it '## Worker Token Summary'",
    "path": "write it from the root of the repository",
}


class Note(NamedTuple):
    """A line of the log, 0 where it is the whole of it, and what is to be written there."""

    line: int
    text: str


def notes(log: ChunkLog) -> list[Note]:
    """What is left to write, in the order of the lines."""
    found = [*_chunks(log), *_ends(log), *_tokens(log)]
    found += _dresses(log, {note.line for note in found})
    return sorted(dict.fromkeys(found), key=lambda note: note.line)


def _chunks(log: ChunkLog) -> Iterator[Note]:
    """What the rules on chunks find missing, so that the same is asked for here and in an audit."""
    from pytest_agentcompliance.rulebook.log.chunk_fields import ChunkFields
    from pytest_agentcompliance.rulebook.log.chunk_heading import ChunkHeading

    if not log.chunks:
        yield Note(0, "the log has no chunks; write one '## Chunk N — <short name>' for each coherent set of edits")
        return
    asks = {
        ChunkHeading(): "the headings count the chunks from 1, one for each",
        ChunkFields(): "write it, or N/A and why where it does not apply",
    }
    for rule, ask in asks.items():
        try:
            yield from (
                Note((one.at and one.at.line) or 0, f"{one.message}; {ask}") for one in rule.check(log) if one.level == "breach"
            )
        except NotJudged:
            continue


def _ends(log: ChunkLog) -> Iterator[Note]:
    last = log.signals[-1] if log.signals else None
    if last is None:
        yield Note(0, f"the log does not say how the run ended; write as its last line {_ENDINGS}")
        return
    for signal in log.signals:
        if what := _ending(signal):
            yield Note(signal.at.line or 0, f"{what}; write as the last line {_ENDINGS}")
    later = next((chunk for chunk in log.chunks if (chunk.at.line or 0) > (last.at.line or 0)), None)
    if later:
        yield Note(later.at.line or 0, f"chunk {later.number} stands behind the line that ends the log; write that line below it")
    elif log.after_signal:
        yield Note(log.after_signal.line or 0, "text stands behind the line that ends the log; write it above that line")


def _ending(signal: Signal) -> str:
    if signal.kind in ("partial", "in-progress"):
        return f"the log says that the work is {signal.kind}"
    if "other words" in signal.dress:
        return f"{signal.text[:60]!r} is not what the log is to end with"
    if "status line" in signal.dress:
        return "a line of status does not end the log"
    if signal.kind == "blocked" and not signal.reason:
        return "the log does not say what the work is blocked by"
    return "the line that ends the log has more words" if "words after it" in signal.dress else ""


def _tokens(log: ChunkLog) -> Iterator[Note]:
    if not log.tokens:
        yield Note(0, "there is no '## Worker Token Summary'; write it with '- Input: ~X tokens' and '- Output: ~Y tokens'")
        return
    last = log.tokens[-1]
    for name, count in (("Input", last.input), ("Output", last.output)):
        if count is None:
            yield Note(last.at.line or 0, f"the token summary lacks a count; write '- {name}: ~X tokens'")


def _dresses(log: ChunkLog, told: set[int]) -> Iterator[Note]:
    """What differs in form and could not be mended without a change to what the log says."""
    for dress in log.dresses:
        line = dress.at.line or 0
        if dress.part in _FORMS and not (dress.part == "signal" and line in told):
            times = f", {dress.count} times" if dress.count > 1 else ""
            yield Note(line, f"left as it is: {dress.what}{times}; {_FORMS[dress.part]}")
