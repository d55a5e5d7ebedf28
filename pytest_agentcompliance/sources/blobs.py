"""Objects by their ids, through one ``git cat-file --batch``. Each is held against its id: git does not do that when it reads."""

import hashlib
import os
import re
import select
import sys
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple

from pytest_agentcompliance.errors import EvidenceError, Unreadable
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.sources.shadow import Shadow

SMALL = 1 << 16  # bytes
AT_ONCE = 30  # ids; twice as many fit into the smallest pipe, which Windows has
LARGE = 1 << 20  # bytes of an object that is not read before it is asked for
PATIENCE = 0.1  # seconds without a byte; one who waited in vain asks again
PART = 1 << 20  # bytes that are read at once
LINE = 256  # bytes; git's headers are not longer
HELD = 64 * 1024 * 1024  # bytes of objects that are read before they are asked for
ENTRY = {width: late(rb"([0-7]+) ([^\0]+)\0(.{%d})" % (width // 2), re.DOTALL) for width in (40, 64)}
MODES = {b"40000": "040000", b"100644": "100644", b"100755": "100755", b"120000": "120000", b"160000": "160000"}
STEP = late(r"([~^])(\d*)")
STEPS = late(r"(?:[~^]\d{0,6})*")
TAGGED = late(rb"\Aobject ([0-9a-f]+)\n")
LINKS = late(rb"\Atree ([0-9a-f]+)\n((?:parent [0-9a-f]+\n)*)")
COMMITTED = late(rb"^committer .*> (\d{1,12}) ", re.MULTILINE)


class Object(NamedTuple):
    """An object that was asked for; ``problem`` says why it cannot be used, and is empty when it can."""

    id: str
    kind: str
    data: bytes
    problem: str = ""
    missing: bool = False


class Pipe:
    """The reading end of a process, read in large parts."""

    def __init__(self, process: Any) -> None:
        self._process, self._file = process, process.stdout.fileno()
        self._data, self._at = memoryview(b""), 0
        self.ending = False  # it was told that nothing more will be asked

    def line(self) -> bytes:
        """Up to a line end and with it; less where the pipe ends before."""
        found = b""
        while True:
            rest = bytes(self._data[self._at : self._at + LINE])
            end = rest.find(b"\n") + 1
            self._at += end or len(rest)
            found += rest[: end or None]
            if end or not self._more():
                return found

    def some(self, most: int) -> memoryview:
        """What is there, at most so many bytes; empty where the pipe ends."""
        if not self._more():
            return memoryview(b"")
        part = self._data[self._at : self._at + most]
        self._at += len(part)
        return part

    def _more(self) -> bool:
        if self._at >= len(self._data):
            # A file can promise more bytes than it has: git hands out what there is and waits for the next name, and so
            # would we. When nothing comes it is told that there is none: then it ends, after all that it has to say.
            timer = None if self.ending or self._ready() else threading.Timer(PATIENCE, self._end)
            if timer is not None:
                timer.start()
            self._data, self._at = memoryview(os.read(self._file, PART)), 0
            if timer is not None:
                timer.cancel()
        return bool(self._data)

    def _ready(self) -> bool:
        if not hasattr(select, "poll"):  # Windows
            return False
        poll = select.poll()
        poll.register(self._file, select.POLLIN | select.POLLHUP)
        return bool(poll.poll(1))

    def _end(self) -> None:
        self.ending = True
        with suppress(OSError):
            self._process.stdin.close()


class Blobs:
    """Reads objects one after the other from one process, started when the first is asked for."""

    def __init__(self, shadow: Shadow) -> None:
        self._shadow = shadow
        self._process: Any = None
        self.missing: dict[str, str] = {}  # ids that cannot be read, whatever stands in for them, with the reason
        self._held: dict[str, Object] = {}
        self._room = HELD

    def hold(self, oids: Iterable[str]) -> None:
        """Read objects that will be asked for one by one, all at once; as many as there is room for."""
        for some in _batches(oid for oid in oids if oid not in self._held):
            if self._room <= 0:
                return
            for one in self.sweep(some, most=LARGE):
                if not one.problem and one.data:
                    self._held[one.id] = one
                    self._room -= len(one.data)

    def read(self, oid: str, kind: str = "blob") -> bytes:
        """The bytes of an object of this kind. Raises ``Unreadable`` (its path is the id)."""
        (found,) = self.sweep([oid])
        if found.problem:
            raise Unreadable(oid, found.problem)
        if found.kind != kind:
            raise Unreadable(oid, f"object {oid} is a {found.kind}, not a {kind}")
        return found.data

    def sweep(self, oids: Iterable[str], *, keep: bool = True, most: int = sys.maxsize) -> list[Object]:
        """Each of the objects, read and held against its id; without its bytes where not kept, or more than ``most``."""
        asked = list(oids)
        found = [Object(oid, "", b"", self.missing[oid]) for oid in asked if oid in self.missing]
        found += [self._held[oid] for oid in asked if oid in self._held and oid not in self.missing]
        ids = iter([oid for oid in asked if oid not in self.missing and oid not in self._held])
        waiting: deque[str] = deque()
        while True:
            # The next ones are asked for before the last answers are read, so that git never waits.
            while len(waiting) <= AT_ONCE and (some := list(islice(ids, AT_ONCE))):
                self._write(some)
                waiting += some
            if not waiting:
                return found
            found.append(self._answer(waiting.popleft(), most=most if keep else -1))
            if self._process is None:  # git ends when an object is broken: the rest is asked of the next one
                self._write(waiting)

    def _write(self, names: Collection[str]) -> None:
        if self._process is None:
            self._process = self._shadow.start("cat-file", "--batch")
            self._pipe = Pipe(self._process)
        with suppress(OSError, ValueError):  # its answer will be none
            self._process.stdin.write("".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape"))
            self._process.stdin.flush()

    def _answer(self, asked: str, *, most: int = sys.maxsize) -> Object:
        """What git says to a name; the object that it found has the id that git says, and its bytes have it too."""
        found = self._read_answer(asked, most)
        if self._pipe.ending:
            self._process = None
        return found

    def _read_answer(self, asked: str, most: int) -> Object:
        try:
            header = self._pipe.line().split()
            if len(header) == 3 and header[2].isdigit():
                oid, kind, left = header[0].decode(), header[1].decode(), int(header[2])
                digest, parts, keep = digest_of(kind, left, len(oid)), [], left <= most
                while left and (part := self._pipe.some(left)):
                    digest.update(part)
                    left -= len(part)
                    if keep:
                        parts.append(bytes(part))
                if not left and self._pipe.line() == b"\n":
                    real = digest.hexdigest()
                    problem = "" if real == oid else f"object {oid} is forged: what lies in its place has the id {real}"
                    return Object(oid, kind, b"".join(parts), problem)
            elif header and header[-1] in (b"missing", b"ambiguous"):  # an abbreviation may be ambiguous
                if is_id(asked) and self._shadow.loose([asked]):
                    return Object(asked, "", b"", f"object {asked} could not be read: it is broken")
                return Object(asked, "", b"", f"object {asked} is missing from the repository", missing=True)
        except OSError:
            pass
        self._process = None
        return Object(asked, "", b"", f"object {asked} could not be read: it is broken")

    def close(self) -> None:
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
            self._process.stderr.close()
            self._process = None

    def commits(self, names: Iterable[str]) -> dict[str, str]:
        """Revision expressions into the ids of commits; what names none is left out. Raises ``EvidenceError`` on a forged one."""
        found = {}
        for name in names:
            if name and not any(ord(char) < 32 or char == "\x7f" for char in name) and (oid := self._commit(name)):
                found[name] = oid
        return found

    def _commit(self, name: str) -> str:
        """The commit that an expression means. The way to it leads over objects that are held against their ids."""
        steps = STEPS.fullmatch(name, cut) if (cut := _cut(name)) else None
        one = self._ask(name[:cut] if steps else name)
        while one and one.kind == "tag" and (target := TAGGED.match(one.data)):
            one = self._ask(target[1].decode())
        for sign, digits in STEP.findall(steps[0]) if steps else ():
            number = int(digits or 1)
            for which in [1] * number if sign == "~" else [number] * bool(number):
                parents = links(one.data)[1] if one and one.kind == "commit" else ()
                one = self._ask(parents[which - 1]) if len(parents) >= which else None
        return one.id if one and one.kind == "commit" else ""

    def _ask(self, name: str) -> Object | None:
        """The object that a name means, None where it means none. Raises ``EvidenceError`` where it is forged."""
        self._write([name])
        found = self._answer(name)
        if found.problem and found.kind:
            raise EvidenceError(found.problem)
        return None if found.problem else found

    def tree(self, oid: str) -> Iterator[tuple[str, bytes, str]]:
        """The entries of one tree object: mode in six digits, name, id. Raises ``Unreadable``."""
        return iter(entries(oid, self.read(oid, "tree")))


def _batches(oids: Iterable[str]) -> Iterator[list[str]]:
    left = iter(oids)
    while some := list(islice(left, AT_ONCE)):
        yield some


def entries(oid: str, data: bytes) -> list[tuple[str, bytes, str]]:
    """The entries of a tree: mode in six digits, name, id. Raises ``Unreadable``."""
    found = ENTRY[len(oid)].findall(data)
    if sum(len(mode) + len(name) for mode, name, _ in found) + len(found) * (2 + len(oid) // 2) != len(data):
        raise Unreadable(oid, f"tree {oid} is broken")
    return [(MODES.get(mode) or _mode(mode), name, id.hex()) for mode, name, id in found]


def _mode(written: bytes) -> str:
    return written.lstrip(b"0").decode().zfill(6)  # old tools wrote more zeros


def links(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The tree and the parents that a commit names; as git has it, only what stands at its very head counts."""
    found = LINKS.match(data)
    return (found[1].decode(), tuple(found[2].decode().split()[1::2])) if found else ("", ())


def made_at(data: bytes) -> int:
    """When a commit was made, in seconds since 1970; 0 where it does not say."""
    found = COMMITTED.search(data.partition(b"\n\n")[0])
    return int(found[1]) if found else 0


def object_id(data: bytes, kind: str = "blob", width: int = 40) -> str:
    """The id that git gives an object: SHA-1 (width 40) or SHA-256 (64) of its header and its bytes (gitformat-loose)."""
    if len(data) < SMALL:  # most are: one call costs less than two
        made: Callable[..., Any] = hashlib.sha1 if width == 40 else hashlib.sha256
        return str(made(b"%s %d\0%b" % (kind.encode(), len(data), data), usedforsecurity=False).hexdigest())
    digest = digest_of(kind, len(data), width)
    digest.update(data)
    return str(digest.hexdigest())


def digest_of(kind: str, size: int, width: int) -> Any:
    """The digest to which an object's bytes are still to be given; its header has been."""
    made: Callable[..., Any] = hashlib.sha1 if width == 40 else hashlib.sha256
    return made(b"%s %d\0" % (kind.encode(), size), usedforsecurity=False)


def is_id(text: str) -> bool:
    """Whether a text is a full object id: 40 or 64 hexadecimal digits."""
    return len(text) in (40, 64) and set(text) <= set("0123456789abcdef")


def _cut(name: str) -> int:
    """Where the steps to an ancestor begin in an expression; 0 where it has none."""
    at = min((at for at in (name.find("~"), name.find("^")) if at > 0), default=0)
    return 0 if "@{" in name or ":" in name else at
