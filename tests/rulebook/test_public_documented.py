"""documentation/public-documented on what an Example cannot say: its messages, its parameters, odd files."""

import pytest

from pytest_agentcompliance.rulebook.documentation.public_documented import PublicDocumented
from tests.rulebook.said_of import judged

RULE = PublicDocumented()


def places(before: dict[str, str], after: dict[str, str], rule: PublicDocumented = RULE) -> list[str]:
    return [str(one.at) for one in judged(rule, before, after)[0]]


def test_messages_name_the_thing_and_the_rest() -> None:
    (found,), _ = judged(PublicDocumented(most_each=1), {}, {"a.py": "def a(): ...\ndef b(): ...\nclass C: ...\n"})
    assert found.message == "function a is new, public and has no documentation; so are 2 more: b, C"
    assert found.evidence == "function a"


def test_methods_are_asked_for_by_a_parameter_alone() -> None:
    text = '"""One."""\n\n\nclass A:\n    """A."""\n\n    def go(self): ...\n    def _own(self): ...\n'
    assert places({}, {"a.py": text}) == []
    assert places({}, {"a.py": text}, PublicDocumented(methods=True)) == ["a.py:7"]


def test_what_moved_is_taken_once() -> None:
    text = "export function load() {}\n"
    assert places({"a.ts": text}, {"a.ts": "", "b.ts": text}) == []
    assert places({"a.ts": text}, {"a.ts": "", "b.ts": text, "c.ts": text}) == ["c.ts:1"]


@pytest.mark.parametrize(
    "line",
    [
        "url = os.environ['SHOP_URL']  # where it is", "url: str = Field(description='where', alias=os.environ['SHOP_URL'])",
        "url = os.environ.get('HOME')", "url = os.environ.get('XDG_DATA')",
    ],
)  # fmt: skip
def test_options_that_are_explained_or_common(line: str) -> None:
    assert places({}, {"a.py": f"import os\n\n{line}\n"}) == []


def test_options_are_reported_once_and_can_be_left_out() -> None:
    text = "import os\n\nurl = os.environ['SHOP_URL']\n"
    (found,), _ = judged(RULE, {}, {"a.py": text, "b.py": text})
    assert (str(found.at), found.evidence) == ("a.py:3", "option SHOP_URL")
    assert "neither a comment nor a document" in found.message
    assert places({}, {"a.py": text}, PublicDocumented(options=False)) == []
    assert places({"docs/all.md": "SHOP_URL is where\n"}, {"a.py": text}) == []


@pytest.mark.parametrize("text", ["def f(:\n" * 50, "\0" * 100, "export " * 5000, "class A:\n" * 300, "\udcff", "export type = ;"])
def test_odd_files_raise_nothing(text: str) -> None:
    assert isinstance(places({}, {"a.py": text, "b.ts": text, "c.go": text}), list)
