"""The body of apply_patch into the pieces that it changes."""

from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.transcripts.patches import Piece, read
from tests.parsing.transcripts.samples import PATCH


def test_each_kind_of_change_is_read() -> None:
    assert list(read(PATCH)) == [
        Piece("docs/new.md", after="# New\n"),
        Piece("src/app.ts", "const a = 1;\nconst b = 2;\n", "const a = 1;\nconst b = 3;\n"),
        Piece("old.ts", gone=True),
    ]


def test_a_move_is_a_file_that_goes_and_one_that_comes() -> None:
    text = (
        "*** Begin Patch\n*** Update File: a.py\n*** Move to: b.py\n@@\n-x\n+y\n@@ def f\n z\n-q\n*** End of File\n*** End Patch\n"
    )
    assert list(read(text)) == [Piece("a.py", gone=True), Piece("b.py", "x\n", "y\n"), Piece("b.py", "z\nq\n", "z\n")]


def test_what_only_adds_says_not_where() -> None:
    assert list(read("*** Begin Patch\n*** Update File: a.py\n@@\n+y\n*** End Patch")) == [Piece("a.py")]
    assert list(read("*** Begin Patch\n*** Update File: a.py\n*** End Patch")) == [Piece("a.py")]


def test_a_patch_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    assert list(read("*** Begin Patch\r\n*** Add File: a\r\n+x\r\n")) == [Piece("a", after="x\n")]
    assert list(read("no patch")) == []


@given(st.lists(st.sampled_from([*PATCH.split("\n"), "*** Move to: m", "@@", "+", "-", " ", "", "*** Add File: "])).map("\n".join))
def test_no_patch_takes_the_reader_down(text: str) -> None:
    assert all(piece.path for piece in read(f"*** Begin Patch\n{text}"))
