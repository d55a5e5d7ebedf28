"""A transcript of any known format into what happened: detected record by record, so that nothing around them can mislead."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from pytest_agentcompliance.parsing.transcripts import claude, codex, documents, jsonl, openhands, swe_agent
from pytest_agentcompliance.parsing.transcripts.happened import Tape
from pytest_agentcompliance.parsing.transcripts.jsonl import NoJSON

SPLIT = ("trajectory", "history", "messages", "events")  # lists of a document that are read item by item


class FormatReader(Protocol):
    """What each format's file gives."""

    def __init__(self, tape: Tape) -> None: ...

    def take(self, record: Mapping[str, Any], line: int) -> None: ...

    def finish(self) -> None: ...


FORMATS: tuple[tuple[Any, type[FormatReader]], ...] = (
    (claude.is_record, claude.Reader), (codex.is_record, codex.Reader), (openhands.is_record, openhands.Reader),
    (swe_agent.is_record, swe_agent.Reader),
)  # fmt: skip


def read(parts: Iterable[bytes], tape: Tape) -> bool:
    """Read one file onto the tape; whether it held anything of a known format. Never fails, whatever the bytes are."""
    return _File(tape).read(parts)


class _File:
    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._readers: dict[type[FormatReader], FormatReader] = {}

    def read(self, parts: Iterable[bytes]) -> bool:
        stream = jsonl.lines(parts)
        kept: list[jsonl.Line] = []
        document = large = False
        size = 0
        for line in stream:  # the first line with text tells a document over many lines from a line for each record
            if line.data is None or line.data.strip():
                kept.append(line)
                document = line.data is not None and _opens(line.data)
                break
        if document:
            for line in stream:
                kept.append(line)
                size += len(line.data or b"") + 1
                if line.data is None or size > jsonl.LINE:
                    document, large = False, True
                    break
        if not (document and self._document(kept)):
            for line in _and_then(kept, stream):
                self._line(line)
        if large and not self._readers:
            self._tape.unread[f"a document of more than {jsonl.LINE >> 20} MiB"] += 1
        for reader in self._readers.values():
            reader.finish()
        return bool(self._readers)

    def _line(self, line: jsonl.Line) -> None:
        if line.data is None:
            self._tape.unread[f"a line of more than {jsonl.LINE >> 20} MiB"] += 1
            self._tape.gap("a record could not be read")
            return
        text = line.data.strip()
        if not text:
            return
        if text[:1] not in (b"{", b"[", b"\xef"):
            self._tape.unread["a line that is no JSON"] += 1
            return
        try:
            record = jsonl.value(text)
        except NoJSON as wrong:
            cut = not line.whole and text.startswith(b'{"')
            self._tape.unread["a line that is broken off" if cut else str(wrong)] += 1
            if cut or jsonl.LIKE_A_RECORD.match(text):
                self._tape.gap("its last line is broken off" if cut else "a record could not be read")
            return
        if isinstance(record, list):
            for one in record:
                self._record(one, line.number)
        else:
            self._record(record, line.number)

    def _record(self, record: object, line: int) -> None:
        if not isinstance(record, dict):
            self._tape.unread["a value that is no record"] += 1
            return
        for is_record, reader in FORMATS:
            if name := is_record(record):
                self._tape.formats.setdefault(name)
                if reader not in self._readers:
                    self._readers[reader] = reader(self._tape)
                self._guarded(self._readers[reader], record, line)
                return
        self._tape.unread["a record of an unknown kind"] += 1

    def _guarded(self, reader: FormatReader, record: Mapping[str, Any], line: int) -> None:
        try:
            reader.take(record, line)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError):
            # A record that nobody foresaw takes no audit down; the tests let no such record be.
            self._tape.unread["a record of an unknown shape"] += 1

    def _document(self, kept: list[jsonl.Line]) -> bool:
        """Read the lines as one document; False where they are none, and nothing was read."""
        data = b"\n".join(line.data or b"" for line in kept)
        if data.count(b",") + data.count(b"[") + data.count(b"{") > jsonl.VALUES:
            return False
        around: dict[str, Any] = {}
        first, seen = kept[0].number - 1, False
        try:
            for part in documents.parts(data.decode("utf-8", "replace").removeprefix("\ufeff"), SPLIT):
                if not part.item:
                    around[part.key] = part.value
                    continue
                seen = True
                for one in part.value if isinstance(part.value, list) else [part.value]:  # OpenHands had pairs
                    if part.key != "history" or not isinstance(one, dict) or "role" not in one:  # what a model was sent
                        self._record(one, part.line + first)
        except NoJSON:
            if not seen:
                return False
            self._tape.unread["a document that is broken off"] += 1
            self._tape.gap("the document is broken off")
        if around and not seen:
            self._record(around, first + 1)
        return True


def _opens(line: bytes) -> bool:
    """Whether a line begins a document that goes on over the next ones."""
    text = line.strip().removeprefix(b"\xef\xbb\xbf")
    if text[:1] not in (b"{", b"["):
        return False
    try:
        jsonl.value(text)
    except NoJSON:
        return True
    return False


def _and_then(kept: Iterable[jsonl.Line], stream: Iterator[jsonl.Line]) -> Iterator[jsonl.Line]:
    yield from kept
    yield from stream
