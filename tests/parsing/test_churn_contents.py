"""What contents alone say of lines of form is never less than what their patch says."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.churn import contents
from pytest_agentcompliance.parsing.churn.sizes import likely
from pytest_agentcompliance.sources.diff import hunks

CODE = [
    b"", b"  ", b"}", b"f(a)", b"  f(a)", b"\tf( a )", b"f(", b"  a)", b"f('a');", b"g(b)", b"  x = 1", b"x  = 1",
    b"a\x0cb", b"\xe4\xb6", b"\0",
]  # fmt: skip
ENDS = st.sampled_from([b"", b"\n"])
TEXTS = st.builds(lambda lines, end: b"\n".join(lines) + end, st.lists(st.sampled_from(CODE), max_size=14), ENDS)
WORDS = ("git", "diff", "--no-index", "-U0", "--text", "--diff-algorithm=myers", "--inter-hunk-context=0", "--no-indent-heuristic")


def patch(folder: Path, before: bytes, after: bytes) -> bytes:
    """What git says of two contents, as the audit asks for it."""
    (folder / "before").write_bytes(before)
    (folder / "after").write_bytes(after)
    return subprocess.run([*WORDS, "before", "after"], cwd=folder, capture_output=True, check=False).stdout


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=TEXTS, after=TEXTS, shared=TEXTS)
def test_never_less_than_the_patch_says(tmp_path: Path, before: bytes, after: bytes, shared: bytes) -> None:
    for old, new in ((before, after), (shared + before, shared + after), (before + shared, after + shared)):
        added, removed = hunks(patch(tmp_path, old, new))
        said = likely("", "", removed, added)
        assert not contents.few([(old, new)], said)
        between = contents.between(old, new)
        for lines, changed in zip(between, (removed, added), strict=True):
            left = list(lines)
            for one in changed:
                left.remove(one.text)  # raises where git saw a change outside of what was looked at


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (b"a\nb\nc\n", b"a\nx\nc\n", (["b"], ["x"])),
        (b"a\nb\n", b"a\nb\nc\n", ([], ["c"])),
        (b"a\na\na\n", b"a\na\n", (["a"], [])),
        (b"a\nb", b"a\nb\n", (["b"], ["b"])),
        (b"a\nb\n", b"a\nb", (["b"], ["b"])),
        (b"x\nb", b"y\nb", (["x"], ["y"])),
        (b"", b"a\n", ([], ["a"])),
        (b"a", b"", (["a"], [])),
        (b"a\n", b"a\n", ([], [])),
        (b"k" * 99 + b"\n" + b"b\n" * 99, b"k" * 99 + b"\nc\n" + b"b\n" * 99, ([], ["c"])),
    ],
)
def test_what_stands_between(before: bytes, after: bytes, expected: tuple[list[str], list[str]]) -> None:
    assert contents.between(before, after) == expected


def test_other_words_are_no_form_and_many_are_few() -> None:
    old, new = (b"".join(b"  %s_%d(%s)\n" % (word, n, word) for n in range(40)) for word in (b"one", b"two"))
    assert contents.few([(old, new)], 1)
    assert not contents.few([(old, old.replace(b"  ", b"    "))], 80)
    assert not contents.few([(old, old.replace(b"(", b"( "))], 80)


def test_of_a_carriage_return_nothing_is_said() -> None:
    assert contents.few([(b"a\n", b"b\n")], 100)
    assert not contents.few([(b"a\n", b"b\n"), (b"a\r\n", b"a\n")], 100)


def test_the_lines_of_all_files_count() -> None:
    one = (b"f(a)\n" * 8, b"f( a )\n" * 8)
    assert contents.few([one], 17)
    assert not contents.few([one, one], 32)
