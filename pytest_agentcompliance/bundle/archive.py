"""A tar whose bytes follow from its members alone, and a reader that takes nothing else. Nothing is ever put on a disk."""

import gzip
import io
import re
import zlib
from collections.abc import Mapping
from pathlib import Path

from pytest_agentcompliance.errors import EvidenceError, UsageError

NAME = re.compile(r"[a-z0-9]+(?:/[a-z0-9]+)?(?:\.[a-z]+)?")
LARGEST = 1 << 30  # bytes of all members, unpacked
MOST = 500_000  # members
BLOCK = 512
ZIPPED = (".gz", ".tgz")
SIZE = re.compile(rb"[0-7]{11}")


def packed(members: Mapping[str, bytes], name: str) -> bytes:
    """The members, sorted, as a tar; as a zipped one where the name of the file says so."""
    size = sum(map(len, members.values())) + 2 * BLOCK * (len(members) + 1)
    if size > LARGEST or len(members) > MOST:
        raise EvidenceError(f"a bundle holds {LARGEST:,} bytes in {MOST:,} parts; these are {size:,} in {len(members):,}")
    parts = []
    for member, data in sorted(members.items()):
        parts += [_header(member, len(data)), data, b"\0" * (-len(data) % BLOCK)]
    whole = b"".join([*parts, b"\0" * 2 * BLOCK])
    return _zipped(whole) if name.endswith(ZIPPED) else whole


def _zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile("", "wb", 6, out, mtime=0) as file:
        file.write(data)
    return out.getvalue()


def _header(name: str, size: int) -> bytes:
    assert NAME.fullmatch(name), name
    head = name.encode().ljust(100, b"\0") + b"0000644\x000000000\x000000000\0" + f"{size:011o}".encode() + b"\x0000000000000\0"
    rest = b"0" + b"\0" * 100 + b"ustar\x0000" + b"\0" * 247
    total = sum(head) + 8 * 0x20 + sum(rest)
    return head + f"{total:06o}".encode() + b"\0 " + rest


def read(file: Path) -> dict[str, bytes]:
    """The members of a file that ``packed`` wrote. Raises ``UsageError`` where there is none, else ``EvidenceError``."""
    if file.exists() and not file.is_file():
        raise UsageError(f"--from-bundle {file}: it is no regular file")
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as wrong:
        raise UsageError(f"--from-bundle {file}: {wrong.strerror}") from wrong
    return members(data)


def members(data: bytes) -> dict[str, bytes]:
    """The members of a bundle. Raises ``EvidenceError``."""
    whole = memoryview(_unzipped(data) if data.startswith(b"\x1f\x8b") else data)
    if len(whole) > LARGEST:
        raise EvidenceError(f"the bundle has more than {LARGEST:,} bytes, which none of ours has")
    found: dict[str, bytes] = {}
    at, last = 0, ""
    while True:
        block = bytes(whole[at : at + BLOCK])
        at += BLOCK
        if block == b"\0" * BLOCK:
            break
        name, size = _told(block, at - BLOCK)
        if name <= last:
            raise EvidenceError(f"the bundle is damaged: its member {name} is not in its place, or there twice")
        if len(found) >= MOST:
            raise EvidenceError(f"the bundle has more than {MOST:,} members, which none of ours has")
        end = at + size
        if end > len(whole):
            raise EvidenceError(f"the bundle is damaged: it ends within its member {name}")
        found[name] = bytes(whole[at:end])
        at, last = end + -size % BLOCK, name
        if any(whole[end:at]):
            raise EvidenceError(f"the bundle is damaged: something stands between its member {name} and the next")
    if bytes(whole[at:]) != b"\0" * BLOCK:
        raise EvidenceError("the bundle is damaged: something other than its end stands behind its last member")
    return found


def _told(block: bytes, at: int) -> tuple[str, int]:
    """The name and the size that a header tells. Links, folders, other owners, long names, sparse files: none is ours."""
    name, size = block[:100].rstrip(b"\0").decode("ascii", "replace"), block[124:135]
    if not NAME.fullmatch(name) or not SIZE.fullmatch(size) or _header(name, int(size, 8)) != block:
        what = "it ends" if len(block) < BLOCK else "no header of a member as we write it stands"
        raise EvidenceError(f"this is no bundle of ours, or a damaged one: {what} at byte {at}")
    return name, int(size, 8)


def _unzipped(data: bytes) -> bytes:
    """In one step, but never more than a bundle may have."""
    unzip = zlib.decompressobj(31)
    try:
        found = unzip.decompress(data, LARGEST + 1)
    except zlib.error as wrong:
        raise EvidenceError(f"the bundle is damaged: {wrong}") from wrong
    if not unzip.eof:
        what = f"it unpacks to more than {LARGEST:,} bytes" if len(found) > LARGEST else "it ends before its end"
        raise EvidenceError(f"the bundle is damaged: {what}")
    if unzip.unused_data:
        raise EvidenceError("the bundle is damaged: something stands behind its end")
    return found
