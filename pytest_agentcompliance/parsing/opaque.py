"""Text in a form that other readers take for something else: with NULs, in UTF-16, or elsewhere behind a pointer."""

import re

_FIRST = 8000  # bytes in which git looks for a NUL (buffer_is_binary in its xdiff-interface.c)
_MARKS = ((b"\xff\xfe\0\0", "UTF-32"), (b"\0\0\xfe\xff", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
# What no text has: control characters other than white space, escape and NUL.
_CONTROL = re.compile(rb"[\x01-\x06\x0e-\x1a\x1c-\x1f\x7f]")
# Its own and its older names (git-lfs/docs/spec.md; lfs.v1Aliases in its source).
LFS_POINTER = re.compile(
    rb"\A\s*version (?:https://git-lfs\.github\.com/spec/v\d|https://hawser\.github\.com/spec/v\d|http://git-media\.io/v/\d)\r?\n"
    rb"(?:[a-z0-9.-]+ .*\n)*?oid sha256:[0-9a-f]{64}\s"
)


def encoding(data: bytes) -> str:
    """The encoding of a text that tools for UTF-8 cannot read, by its mark or by the NULs of every other byte; else empty."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    head = data[:_FIRST]
    if len(head) >= 8 and not len(data) % 4:
        quarters = [head[k::4] for k in range(4)]
        for letter in (quarters[0], quarters[3]):
            others = b"".join(one for one in quarters if one is not letter)
            if others.count(0) > 0.95 * len(others) and not letter.count(0) and not _CONTROL.search(letter):
                return "UTF-32"
    if len(head) >= 4 and not len(data) % 2:
        for nul, letter in ((head[1::2], head[::2]), (head[::2], head[1::2])):
            if nul.count(0) > 0.9 * len(nul) and letter.count(0) < 0.1 * len(letter) and not _CONTROL.search(letter):
                return "UTF-16"
    return ""


def binary_text(data: bytes) -> bool:
    """Whether git calls a file binary that is text but for its NULs."""
    head = data[:_FIRST]
    nuls = head.count(0)
    if not nuls:
        return False
    return nuls < 0.05 * len(head) + 4 and len(_CONTROL.findall(head)) < 0.02 * len(head) + 1


def pointer(data: bytes) -> bool:
    """Whether a file is only the pointer that git-lfs commits in the place of a content."""
    return len(data) < 1024 and LFS_POINTER.match(data) is not None
