"""Text in a form that other readers take for something else: with NULs, in UTF-16, in a coding of its own, or behind a pointer."""

import re

_FIRST = 8000  # bytes in which git looks for a NUL (buffer_is_binary in its xdiff-interface.c)
_MARKS = ((b"\xff\xfe\0\0", "UTF-32"), (b"\0\0\xfe\xff", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
# What no text has: control characters other than white space, escape and NUL.
_CONTROL = re.compile(rb"[\x01-\x06\x0e-\x1a\x1c-\x1f\x7f]")
# Its own and its older names (git-lfs/docs/spec.md; lfs.v1Aliases in its source).
LFS_POINTER = re.compile(
    rb"\A\s*version (?:https://git-lfs\.github\.com/spec/v\d|https://hawser\.github\.com/spec/v\d|http://git-media\.io/v/\d)\r?\n"
    rb"(?:[a-z0-9.-]+ .*\n)*?oid sha256:([0-9a-f]{64})\s"
)

# PEP 263, as CPython's tokenizer reads it; where a line ends at a carriage return, both readings are taken.
_CODING = re.compile(rb"[ \t\f\r]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")
_NO_CODE = re.compile(rb"[ \t\f\r]*(?:#|\n|\Z)")
# Codings in which ASCII stands for itself, without what parts their names.
_PLAIN = re.compile(
    r"(?:us)?ascii|646|utf8(?:sig)?|u8|cp65001|mbcs|ansi|oem|(?:iso)?latin(?:\d{1,2})?|l\d{1,2}|(?:iso)?8859(?:\d{1,2})?|koi8[rtu]"
    r"|(?:cp|windows|ibm|ms)?(?:437|720|737|775|85\d|86[0-35-9]|874|932|936|949|950|1125|125\d)|mac[a-z]{4,9}2?|hproman8|kz1048|ptcp154"
    r"|euc(?:jp|kr|cn|tw|jis2004|jisx0213)|ujis|s?jis|shiftjis|mskanji|gbk|gb2312|gb18030(?:2000)?"
    r"|big5(?:hkscs|tw)?|johab|uhc|ksc?5601|tis620|thai|cyrillic|greek|hebrew|arabic"
)
_CUT = re.compile(r"(utf-8|latin-1|iso-8859-1|iso-latin-1)-.*")  # CPython takes no notice of what stands behind these

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
    return bool(stands_for(data))


def stands_for(data: bytes) -> str:
    """The SHA-256 of the content that a pointer of git-lfs stands for; empty where it is none."""
    found = LFS_POINTER.match(data) if len(data) < 1024 else None
    return found[1].decode() if found else ""


def declared_coding(data: bytes) -> str:
    """The coding that the first two lines of a Python source declare, in small letters with hyphens; else empty."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    found = _CODING.match(data, start)
    second = data.find(b"\n", start) + 1
    if found is None and second and _NO_CODE.match(data, start):
        found = _CODING.match(data, second)
    return found[1][:60].decode("ascii", "replace").lower().replace("_", "-") if found is not None else ""


def is_plain(coding: str) -> bool:
    """Whether text in a coding shows as what it is, but for letters that are not ASCII."""
    return _PLAIN.fullmatch(_CUT.sub(r"\1", coding).replace("-", "")) is not None
