"""Text that does not show as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.opaque import binary_text, declared_coding, encoding, is_plain, pointer, stands_for

TEXT = "export const answer = 42 // nothing else\n" * 30


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (TEXT.encode("utf-16"), "UTF-16"), (TEXT.encode("utf-16-le"), "UTF-16"), (TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-32"), "UTF-32"), (b"\xef\xbb\xbf" + TEXT.encode(), ""), (TEXT.encode(), ""), (b"", ""),
        (TEXT.encode("latin-1"), ""), (b"\x00\x01" * 100, ""), (bytes(range(256)) * 4, ""),
    ],
)  # fmt: skip
def test_encodings_by_mark_and_by_nuls(data: bytes, name: str) -> None:
    assert encoding(data) == name


@pytest.mark.parametrize(
    ("data", "is_text"),
    [
        (TEXT.encode() + b"\0", True), (b"\0" + TEXT.encode(), True), (b"a\0b\n", True), (TEXT.encode(), False), (b"", False),
        (bytes(range(256)) * 8, False), (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(900), False), (bytes(4000), False),
        (b" " * 8000 + b"\0", False),  # git looks no further
    ],
)  # fmt: skip
def test_text_that_git_calls_binary(data: bytes, is_text: bool) -> None:
    assert binary_text(data) is is_text


def test_pointers_of_git_lfs() -> None:
    text = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n"
    assert pointer(text)
    assert pointer(text.replace(b"\noid", b"\next-0-foo sha256:" + b"1" * 64 + b"\noid"))
    assert not pointer(b"# " + text)
    assert not pointer(text + b"x" * 1024)


@pytest.mark.parametrize(
    ("data", "coding"),
    [
        (b"# coding: rot13\n", "rot13"), (b"#!/usr/bin/python\n# -*- coding: UTF_7 -*-\n", "utf-7"), (b"\n#coding=x", "x"),
        (b"\xef\xbb\xbf# vim: set fileencoding=latin-1 :\n", "latin-1"), (b"\r# coding: a\r", "a"), (b"# a\r# coding: b\r", "b"),
        (b"x = 1\n# coding: rot13\n", ""), (b"\n\n# coding: rot13\n", ""), (b"# coding:\n", ""), (b"x = '# coding: rot13'\n", ""),
        (b"#", ""), (b"", ""), (b"# co\nding: x\n", ""),
    ],
)  # fmt: skip
def test_coding_of_a_python_source(data: bytes, coding: str) -> None:
    assert declared_coding(data) == coding


@pytest.mark.parametrize("coding", [
    "utf-8", "utf8", "utf-8-sig", "utf-8-unix", "latin-1", "latin-1-dos", "iso-8859-15", "iso8859-1", "ascii", "us-ascii", "cp1252",
    "windows-1251", "cp437", "gbk", "gb2312", "gb18030", "big5",
    "shift-jis", "sjis", "cp932", "euc-jp", "euc-kr", "koi8-r", "mac-roman",
])  # fmt: skip
def test_codings_that_show_what_they_are(coding: str) -> None:
    assert is_plain(coding)
    text = bytes(range(32, 127))
    assert text.decode(coding.removesuffix("-unix").removesuffix("-dos")) == text.decode("ascii")


@pytest.mark.parametrize("coding", [
    "unicode-escape", "raw-unicode-escape", "utf-7", "rot13", "rot-13", "punycode", "idna", "utf-16", "cp037", "hz", "iso2022-jp",
    "hex", "base64", "uu", "quopri", "zlib", "undefined", "future-fstrings", "cp864", "",
])  # fmt: skip
def test_codings_that_do_not(coding: str) -> None:
    assert not is_plain(coding)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(data: bytes) -> None:
    assert encoding(data) in ("", "UTF-16", "UTF-32")
    assert declared_coding(b"# coding: " + data).isascii()
    assert not (binary_text(data) and b"\0" not in data)


def test_a_pointer_names_what_it_stands_for() -> None:
    assert stands_for(b"version https://hawser.github.com/spec/v1\r\noid sha256:" + b"ab" * 32 + b"\r\nsize 12\r\n") == "ab" * 32
    assert stands_for(b"oid sha256:" + b"ab" * 32 + b"\n") == ""
