"""api/error-format over real commits: what came, what moved, what base answers, what base had."""

import pytest

from pytest_agentcompliance.rulebook.api.error_format import ErrorFormat
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from pytest_agentcompliance.verdict import Finding
from tests.conftest import GitRepo

Files = dict[str, str | bytes | None]
WRONG = "export const a = (req, res) => res.status(404).json({ error: 'No such a' })\n"
RIGHT = "export const b = (req, res) => res.status(404).json({ error: { code: 'NO_B', message: 'No such b' } })\n"
RAISES = (
    "from fastapi import APIRouter, HTTPException\n\nrouter = APIRouter()\n\n\n@router.get('/a')\ndef a():\n"
    "    raise HTTPException(status_code=404, detail='No such a')\n"
)
HANDLER = "@app.exception_handler(HTTPException)\nasync def failed(request, exc):\n    return answer(exc)\n"


def findings(repo: GitRepo, before: Files, after: Files, rule: ErrorFormat | None = None) -> list[Finding]:
    base = repo.commit("base", before)
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), ErrorFormat.reads, Wanted())
        return list((rule or ErrorFormat()).findings_in(run))


def found(repo: GitRepo, before: Files, after: Files, rule: ErrorFormat | None = None) -> list[str]:
    return [str(one.at) for one in findings(repo, before, after, rule) if one.level == "breach"]


def test_answer_that_came_is_found_at_its_line(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": RIGHT}, {"a.ts": RIGHT + WRONG}) == ["a.ts:2"]


def test_right_answer_that_became_wrong_is_found(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": RIGHT}, {"a.ts": RIGHT.replace("code: 'NO_B', ", "")}) == ["a.ts:1"]


def test_answer_that_moved_is_not_new_and_pays_for_one_copy(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": WRONG}, {"a.ts": None, "b/c.ts": WRONG}) == []


def test_second_copy_of_what_moved_is_new(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": WRONG}, {"a.ts": None, "b.ts": WRONG, "c.ts": "//\n" + WRONG}) == ["b.ts:1"]


def test_other_text_of_an_answer_of_base_is_not_new(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": WRONG}, {"a.ts": WRONG.replace("No such a", "a is gone")}) == []


@pytest.mark.parametrize("path", ["a.test.ts", "src/mocks/a.ts", "scripts/a.ts", "src/mock-server.ts", "dist/a.js"])
def test_files_of_others_tests_and_mocks_are_left_out(repo: GitRepo, path: str) -> None:
    assert found(repo, {"x.ts": "x\n"}, {path: WRONG}) == []


def test_file_that_a_glob_takes_in_again_is_judged(repo: GitRepo) -> None:
    rule = ErrorFormat(exempt=["**/scripts/**", "!scripts/a.ts"])
    assert found(repo, {"x.ts": "x\n"}, {"scripts/a.ts": WRONG}, rule) == ["scripts/a.ts:1"]


def test_shape_of_base_leaves_a_remark_unless_it_is_asked_for(repo: GitRepo) -> None:
    before: Files = {"src/a.ts": WRONG * 3}
    told = findings(repo, before, {"src/b.ts": "// new\n" + WRONG.replace("such a", "such b")})
    assert [(str(one.at), one.level) for one in told] == [("src/b.ts:2", "style")]
    assert "base's answers nearby have this shape too" in told[0].message


def test_shape_of_base_is_a_breach_where_a_parameter_says_so(repo: GitRepo) -> None:
    rule = ErrorFormat(of_base="breach")
    assert found(repo, {"src/a.ts": WRONG * 3}, {"src/b.ts": WRONG.replace("such a", "such b")}, rule) == ["src/b.ts:1"]


def test_shape_that_the_change_repeats_is_no_shape_of_base(repo: GitRepo) -> None:
    assert len(found(repo, {"x.ts": "x\n"}, {"a.ts": WRONG + WRONG.replace("No", "no") + WRONG.replace("such", "more")})) == 3


def test_message_says_what_base_answers(repo: GitRepo) -> None:
    (one,) = findings(repo, {"src/a.ts": RIGHT * 3}, {"src/b.ts": WRONG})
    assert one.message == (
        "the error 404 is answered with {error: text}, without error.code and error.message; "
        "base's answers nearby are {error: {code, message}}"
    )
    assert one.evidence == "{error: text} res.status(404).json({ error: 'No such a' })"


def test_exceptions_of_a_framework_are_one_finding_a_file(repo: GitRepo) -> None:
    more = RAISES + "\n\n@router.get('/b')\ndef b():\n    raise HTTPException(400, 'no b')\n"
    (one,) = findings(repo, {"x.py": "x\n"}, {"a.py": more})
    assert str(one.at) == "a.py:8"
    assert one.message.endswith("; 1 more in this file")


def test_exceptions_are_kept_where_base_handles_them(repo: GitRepo) -> None:
    assert found(repo, {"main.py": HANDLER}, {"a.py": RAISES}) == []


def test_handler_of_other_exceptions_handles_none_of_these(repo: GitRepo) -> None:
    assert found(repo, {"main.py": HANDLER.replace("HTTPException", "NotFound")}, {"a.py": RAISES}) == ["a.py:8"]


@pytest.mark.parametrize("path", ["tests/test_main.py", "notes.py"])
def test_comment_and_test_that_name_a_handler_handle_nothing(repo: GitRepo, path: str) -> None:
    text = HANDLER if path.startswith("tests") else "".join(f"# {line}\n" for line in HANDLER.split("\n"))
    assert found(repo, {"x.py": "x\n"}, {"a.py": RAISES, path: text}) == ["a.py:8"]


def test_comment_that_silences_changes_nothing(repo: GitRepo) -> None:
    after = WRONG.replace("export", "// eslint-disable-next-line\nexport")
    assert found(repo, {"x.ts": "x\n"}, {"a.ts": after}) == ["a.ts:2"]


@pytest.mark.parametrize(
    "text",
    ["\0", "app.get('/', (req, res) => res.status(404).json({", "res.status(404).json(" * 2000,
     "{" * 30_000 + " status(404).json( 404", "return (" * 500 + ", 404"],
)  # fmt: skip
def test_text_that_is_no_code_crashes_nothing(repo: GitRepo, text: str) -> None:
    assert found(repo, {"x.ts": "x\n"}, {"a.ts": text, "b.py": "from flask import abort\n" + text}) == []
