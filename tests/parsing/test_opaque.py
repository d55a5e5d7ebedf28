"""Text that does not show as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.opaque import binary_text, encoding, pointer

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


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(data: bytes) -> None:
    assert encoding(data) in ("", "UTF-16", "UTF-32")
    assert not (binary_text(data) and b"\0" not in data)
