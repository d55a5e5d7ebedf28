"""JUnit XML of many writers is counted case by case; what could expand is refused."""

# ruff: noqa: E501 - what is printed on one line stands on one line

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.work import Work, junit, read


def counts(text: str) -> tuple[int | None, ...]:
    work = junit.read(text.encode())
    return work.passed, work.failed, work.skipped, work.collected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('<testsuites><testsuite name="pytest" tests="3" failures="9"><testcase name="a"/><testcase name="b"><failure>x</failure></testcase>'
         '<testcase name="c"><skipped/></testcase></testsuite></testsuites>', (1, 1, 1, 3)),
        ('<testsuite><testcase><error/><failure/></testcase></testsuite>', (0, 1, 0, 1)),
        ('<testsuite><testcase><rerunFailure/></testcase><testcase status="notrun"/></testsuite>', (1, 0, 1, 2)),
        ('<testsuites tests="5" failures="1" errors="1" skipped="1"/>', (2, 2, 1, 5)),
        ('<testsuites tests="0"/>', (0, 0, 0, 0)),
        ('<testsuite tests="1"><error>it could not be loaded</error></testsuite>', (0, 1, 0, 0)),
        ('<?xml version="1.0"?><testsuites><testsuite><testcase><system-out>&lt;failure/&gt;</system-out></testcase></testsuite></testsuites>', (1, 0, 0, 1)),
    ],
)  # fmt: skip
def test_counts(text: str, told: tuple[int, ...]) -> None:
    assert counts(text) == told


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no XML"),
        (b"3 passed", "no XML"),
        (b"<html/>", "begins with <html>"),
        (b"<testsuite><testcase>", "no XML"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><testsuite/>', "document type"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuite/>'.encode("utf-16"), "document type"),
        (b"<testsuite>" * 300, "nested deeper"),
        (b'<?xml version="1.0" encoding="nope"?><testsuite/>', "no XML"),
    ],
)
def test_refused(data: bytes, why: str) -> None:
    with pytest.raises(junit.Unreadable, match=why):
        junit.read(data)


def test_its_line_is_read_again() -> None:
    data = b"<testsuite><testcase/><testcase><skipped/></testcase></testsuite>"
    assert read("pytest -q", "..." + junit.lines(data)) == (Work("junit", "tests", 1, 0, 1, 2),)


@given(
    st.binary(max_size=200)
    | st.text(alphabet="<>/testsuicaflr =\"'&;!?-", max_size=200).map(lambda text: f"<testsuite>{text}".encode())
)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        work = junit.read(data)
    except junit.Unreadable:
        return
    assert work.collected is not None
