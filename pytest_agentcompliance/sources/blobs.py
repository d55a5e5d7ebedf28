"""Objects by their ids, through one ``git cat-file --batch``."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.sources.shadow import Shadow


class Blobs:
    """Reads objects one after the other from one process, started when the first is asked for."""

    def __init__(self, shadow: Shadow) -> None:
        self._shadow = shadow
        self._process: Any = None
        self.missing: dict[str, str] = {}  # ids that cannot be read, whatever stands in for them, with the reason

    def read(self, oid: str, kind: str = "blob") -> bytes:
        """The bytes of an object of this kind. Raises ``Unreadable`` (its path is the id)."""
        if oid in self.missing:
            raise Unreadable(oid, self.missing[oid])
        _, found, data = self._ask(oid)
        if found != kind:
            raise Unreadable(oid, f"object {oid} is a {found}, not a {kind}")
        return data

    def _ask(self, name: str) -> tuple[str, str, bytes]:
        """Id, type and bytes of the object that a name means. Raises ``Unreadable``."""
        if self._process is None:
            self._process = self._shadow.start("cat-file", "--batch")
        header: list[bytes] = []
        try:
            self._process.stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
            self._process.stdin.flush()
            header = self._process.stdout.readline().split()
            if len(header) == 3 and header[2].isdigit():
                data: bytes = self._process.stdout.read(int(header[2]))
                if len(data) == int(header[2]) and self._process.stdout.read(1) == b"\n":
                    return header[0].decode(), header[1].decode(), data
                header = []
        except OSError:
            header = []
        if header and header[-1] in (b"missing", b"ambiguous"):  # an abbreviation may be ambiguous
            raise Unreadable(name, f"object {name} is missing from the repository")
        self._process = None  # git ends the process when an object is broken: the next one starts afresh
        raise Unreadable(name, f"object {name} could not be read: it is broken")

    def close(self) -> None:
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
            self._process.stderr.close()
            self._process = None

    def commits(self, names: Iterable[str]) -> dict[str, str]:
        """Revision expressions into the ids of commits; what names none is left out."""
        found = {}
        for name in names:
            if name and not any(ord(char) < 32 or char == "\x7f" for char in name):
                with suppress(Unreadable):
                    found[name] = self._ask(f"{name}^{{commit}}")[0]
        return found

    def absent(self, oids: Iterable[str]) -> set[str]:
        """Which of the ids the object store has not."""
        asked = sorted(set(oids))
        _, out, _ = self._shadow.run("cat-file", "--batch-check=%(objectname)", given="".join(f"{oid}\n" for oid in asked).encode())
        return {line.split()[0].decode() for line in out.splitlines() if line.endswith(b" missing")}

    def tree(self, oid: str) -> Iterator[tuple[str, bytes, str]]:
        """The entries of one tree object: mode in six digits, name, id. Raises ``Unreadable``."""
        data, at, width = self.read(oid, "tree"), 0, len(oid) // 2
        while at < len(data):
            space, nul = data.find(b" ", at), data.find(b"\0", at)
            if not at < space < nul < len(data) - width:
                raise Unreadable(oid, f"tree {oid} is broken")
            mode = data[at:space].lstrip(b"0").decode("ascii", "replace").zfill(6)  # old tools wrote more zeros
            yield mode, data[space + 1 : nul], data[nul + 1 : nul + 1 + width].hex()
            at = nul + 1 + width


def object_id(data: bytes, kind: str = "blob", width: int = 40) -> str:
    """The id that git gives an object: SHA-1 (width 40) or SHA-256 (64) of its header and its bytes (gitformat-loose)."""
    digest = hashlib.sha1 if width == 40 else hashlib.sha256
    return digest(b"%s %d\0" % (kind.encode(), len(data)) + data, usedforsecurity=False).hexdigest()


def is_id(text: str) -> bool:
    """Whether a text is a full object id: 40 or 64 hexadecimal digits."""
    return len(text) in (40, 64) and set(text) <= set("0123456789abcdef")
