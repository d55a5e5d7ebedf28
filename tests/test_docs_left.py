"""What an example's run left behind is printed so that a person can follow it."""

import pytest

from pytest_agentcompliance.handbook import left, rule_page
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.transcript.required_calls import RequiredCalls


def page(example: Example) -> str:
    return "\n".join(left.parts(example))


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"command": "pnpm test", "exit_code": 1, "output": "2 failed"}, "Runs `pnpm test`, exit code 1, and prints `2 failed`."),
        ({"command": "ls", "folder": "a", "result": "refused"}, "Runs `ls`, which is refused (folder: `a`)."),
        ({"command": "a\nb"}, "Runs `a ⏎ b`."),
        ({"read": "docs/x.md", "lines": (1, 20)}, "Reads `docs/x.md`, lines 1 to 20."),
        ({"edit": "src/a.ts"}, "Edits `src/a.ts`."),
        ({"edit": "src/a.ts", "gone": True}, "Deletes `src/a.ts`."),
        ({"call": "Skill", "arguments": {"skill": "x"}, "agent": "a1"}, 'Sub-agent `a1`: calls `Skill` with `{"skill": "x"}`.'),
        ({"says": "Done."}, "Says `Done.`."),
        ({"says": "go `on`", "speaker": "person"}, "The person says `` go `on` ``."),
        ({"says": "wait", "speaker": "system"}, "The harness says `wait`."),
    ],
)
def test_steps(step: dict[str, object], said: str) -> None:
    assert page(Example("x", transcript=(step,))) == f"The transcript:\n\n1. {said}\n"


def test_proofs_and_reports() -> None:
    proofs = (
        {"name": "tests", "command": "pytest", "exit_code": 1, "output": "1 failed", "freshness": "stale"},
        {"refused": "no *JSON*"},
    )
    assert page(Example("x", proofs=proofs, report="# Done\n")) == (
        "The report:\n\n```markdown\n# Done\n```\n\nThe proofs:\n\n"
        "1. `tests`: `pytest`, exit code 1, stale, and prints `1 failed`.\n2. A file that does not count: no \\*JSON\\*.\n"
    )
    assert "```json\n" in page(Example("x", report='{"a": 1}\n'))


def test_a_long_text_is_cut_and_what_nothing_can_see_is_shown() -> None:
    shown = page(Example("x", transcript=({"says": "a" * 500 + "`" + "\u200b"}, {"command": "\u202e"})))
    assert f"{'a' * left.LONGEST} ...`" in shown
    assert "\\u202e" in shown


def test_the_keys_of_a_parameter_that_is_a_mapping_have_a_table() -> None:
    text = rule_page.page("transcript/required-calls", RequiredCalls, [])
    assert "| `calls` | list of mapping with `call`, `before`, `after`, `each`, `answer` | `[]` |" in text
    assert "\nRequired call: A tool and the moment by which it has to have been called.\n" in text
    assert "| `says` | text | required |" in text
