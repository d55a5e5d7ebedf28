"""content/placeholder over whole changes: what is new, what only moved, what is reported once."""

import pytest
from pydantic import ValidationError

from pytest_agentcompliance import workshop
from pytest_agentcompliance.parsing.markers import markers
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.content.placeholder import MARKERS, Placeholder
from pytest_agentcompliance.rulebook.content.todo import WORDS, Todo
from pytest_agentcompliance.verdict import Finding

STUB = "export function save() {\n  throw new Error('not implemented')\n}\n"


def found(example: Example) -> list[Finding]:
    return list(Placeholder(**example.given).findings_in(workshop.run_of(example)))


def places(**example: object) -> tuple[str, ...]:
    return workshop.places(Placeholder, Example("x", **example))  # type: ignore[arg-type]


def test_message_shows_what_stands_there() -> None:
    (one,) = found(Example("x", after={"a.ts": STUB}))
    assert one.message == "throws instead of doing the work: throw new Error('not implemented')"


def test_fingerprint_does_not_know_the_line() -> None:
    one, two = (found(Example("x", after={"a.ts": before + STUB}))[0] for before in ("", "\n\n"))
    assert (one.evidence, str(one.at)) == (two.evidence, "a.ts:2")
    assert str(two.at) == "a.ts:4"


def test_long_placeholder_is_shortened() -> None:
    (one,) = found(Example("x", after={"a.ts": f"throw new Error('not implemented {'x' * 300}')\n"}))
    assert len(one.message) < 160
    assert one.message.endswith("\u2026")


def test_a_long_comment_hides_no_sentence() -> None:
    text = f"/* {'x' * 100_000}\n In a real implementation, this would call the API */\nexport const a = 1\n"
    assert places(after={"a.ts": text}) == ("a.ts:2",)


def test_of_two_alike_the_one_on_an_added_line_is_new() -> None:
    assert places(before={"a.ts": STUB}, after={"a.ts": STUB.replace("save", "load") + STUB}) == ("a.ts:2",)
    assert places(before={"a.ts": STUB}, after={"a.ts": STUB + "\n" + STUB}) == ("a.ts:6",)


def test_copy_of_a_placeholder_is_new_and_a_move_is_not() -> None:
    assert places(before={"a.ts": STUB}, after={"a.ts": STUB, "b.ts": STUB}) == ("b.ts:2",)
    assert places(before={"a.ts": STUB}, after={"b.ts": STUB + "a()\n"}) == ()
    assert places(before={"a.ts": STUB + "a()\n"}, after={"a.ts": "a()\n", "b.ts": STUB + "b()\n"}) == ()


def test_what_base_had_is_kept_when_the_file_changes() -> None:
    assert places(before={"a.ts": STUB}, after={"a.ts": STUB + "// mock\n"}) == ()


def test_comment_in_another_case_is_the_same() -> None:
    assert places(before={"a.ts": "// Stub implementation\nf()\n"}, after={"a.ts": "// STUB implementation\nf()\n"}) == ()
    assert places(before={"a.ts": "// f\nf()\n"}, after={"a.ts": "// STUB implementation\nf()\n"}) == ("a.ts:1",)


def test_rows_that_are_added_to_fake_data_are_no_new_placeholder() -> None:
    assert places(before={"a.ts": "const mockA = [1]\n"}, after={"a.ts": "const mockA = [\n  1,\n  2,\n]\n"}) == ()


def test_deleted_link_and_foreign_files_are_left_out() -> None:
    assert places(before={"a.ts": STUB}, links={"b.ts": "throw new Error('not implemented')"}) == ()
    assert places(after={"a.rb": "raise NotImplementedError\n", "a.json": '{"a": "not implemented"}\n'}) == ()


def test_words_and_the_code_that_they_speak_of_are_one() -> None:
    text = "f(() => {\n  // Placeholder implementation\n  logger.info('not yet implemented')\n  return answer(501, 'later')\n})\n"
    assert places(after={"a.ts": text}) == ("a.ts:4",)


@pytest.mark.parametrize("text", [
    "// TODO: save\nthrow new Error('not implemented')\n",
    "throw new Error('not implemented') // FIXME\n",
    "// Stub implementation\n// TODO: the real one\nf()\n",
    "function f(a: string) {\n  // HACK: placeholder\n}\n",
])
def test_added_marker_is_reported_by_content_todo_alone(text: str) -> None:
    example = Example("x", after={"a.ts": text})
    assert places(after={"a.ts": text}) == ()
    assert len(workshop.places(Todo, example)) == 1
    assert len(found(Example("x", given={"markers": []}, after={"a.ts": text}))) == 1


def test_marker_that_base_had_hides_nothing() -> None:
    before = "// TODO: save\nsave()\n"
    assert places(before={"a.ts": before}, after={"a.ts": "// TODO: save\nthrow new Error('not implemented')\n"}) == ("a.ts:2",)


def test_markers_are_those_of_content_todo() -> None:
    assert MARKERS == WORDS
    assert list(markers("// TODO: x", MARKERS))


@pytest.mark.parametrize("path", [
    "src/__tests__/a.ts", "src/a.test.ts", "src/a_test.go", "tests/a.py", "test_a.py", "conftest.py", "src/__mocks__/a.ts",
    "src/a.stories.tsx", "prisma/seed.ts", "src/test-fixtures/a.ts", "src/WuiDemo.tsx", "scripts/a.py", "examples/a.ts",
    "src/a.d.ts", "a/a.pb.go", "a.pyi",
])  # fmt: skip
def test_tests_doubles_examples_and_generated_files_are_left_out(path: str) -> None:
    text = {"py": "def f(a):\n    pass\n", "go": "package a\n\nfunc f(a int) {}\n"}.get(path.rpartition(".")[2], STUB)
    assert places(after={path: text}) == ()


@pytest.mark.parametrize(
    "path", ["src/latest/a.ts", "src/contest.ts", "src/mockingbird/a.ts", "src/demonstrate.ts", "src/attest.ts"]
)
def test_names_that_only_resemble_those_are_read(path: str) -> None:
    assert places(after={path: STUB}) == (f"{path}:2",)


def test_class_that_another_file_extends_is_left_open() -> None:
    text = "export class Store {\n  get() {\n    throw new Error('not implemented')\n  }\n}\n"
    assert places(after={"a.ts": text}) == ("a.ts:3",)
    other = {"b.ts": "import { Store } from './a'\nexport class Redis extends Store {\n  get() { return 1 }\n}\n"}
    assert places(before=other, after={"a.ts": text, **other}) == ()


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(ValidationError, match="no kind of placeholder is called stubs; known are answers-501, "):
        Placeholder(levels={"stubs": "off"})


def test_utf_16_without_its_mark_is_read() -> None:
    text = STUB.encode("utf-16-le").decode("latin-1")
    assert places(after={"a.ts": text}) == ("a.ts:2",)
