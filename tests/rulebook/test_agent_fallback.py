"""architecture/agent-fallback over real commits: what came, what was taken away, what moved, what other files bring."""

import pytest

from pytest_agentcompliance.rulebook.architecture.agent_fallback import AgentFallback
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from pytest_agentcompliance.verdict import Finding
from tests.conftest import GitRepo

Files = dict[str, str | bytes | None]
BARE = "client = OpenAI()\n\n\ndef ask_model(prompt):\n    return client.chat.completions.create(model='m', messages=prompt)\n"
FULL = (
    "client = OpenAI(timeout=20)\n\n\ndef ask_model(prompt):\n    logger.info('asks %s', prompt)\n    try:\n"
    "        answer = client.chat.completions.create(model='m', messages=prompt)\n        logger.info('answers %s', answer)\n"
    "        return answer\n    except APIError:\n        return None\n"
)


def findings(repo: GitRepo, before: Files, after: Files, rule: AgentFallback | None = None) -> list[Finding]:
    base = repo.commit("base", before)
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), AgentFallback.reads, Wanted())
        return list((rule or AgentFallback()).findings_in(run))


def found(repo: GitRepo, before: Files, after: Files, rule: AgentFallback | None = None) -> list[str]:
    return [str(one.at) for one in findings(repo, before, after, rule) if one.level == "breach"]


def test_call_that_came_is_one_finding_at_its_line(repo: GitRepo) -> None:
    (one,) = findings(repo, {"a.py": "x = 1\n"}, {"a.py": BARE})
    assert (str(one.at), one.level) == ("a.py:5", "breach")
    assert one.message == (
        "client.chat.completions.create in ask_model asks a model without a timeout, a way on when it fails and "
        "a log of what goes in and comes out"
    )
    assert one.evidence == "ask_model completions.create: fallback log timeout"


def test_call_with_all_of_it_is_kept(repo: GitRepo) -> None:
    assert findings(repo, {"a.py": "x = 1\n"}, {"a.py": FULL}) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("OpenAI(timeout=20)", "OpenAI()", "a timeout"),
        ("        return None\n", "        raise\n", "a way on when it fails (what is caught is only raised again)"),
        ("    logger.info('asks %s', prompt)\n", "", None),
    ],
)
def test_what_is_taken_away_is_found_and_what_is_left_counts(repo: GitRepo, old: str, new: str, says: str | None) -> None:
    told = [one.message for one in findings(repo, {"a.py": FULL}, {"a.py": FULL.replace(old, new)})]
    assert told == ([f"client.chat.completions.create in ask_model asks a model without {says}"] if says else [])


def test_call_of_base_that_was_edited_and_one_that_moved_are_not_new(repo: GitRepo) -> None:
    other = BARE.replace("chat.completions", "responses").replace("OpenAI()", "openai.OpenAI()")
    after = {"a.py": BARE.replace("'m'", "'n'"), "b.py": None, "lib/c.py": "import x\n" + other}
    assert found(repo, {"a.py": BARE, "b.py": other}, {**after}) == []


def test_second_call_in_a_file_of_base_is_new(repo: GitRepo) -> None:
    more = BARE + "\n\ndef again(prompt):\n    return client.chat.completions.create(model='m', messages=prompt)\n"
    assert found(repo, {"a.py": BARE}, {"a.py": more}) == ["a.py:9"]


def test_client_with_a_timeout_in_another_file_counts(repo: GitRepo) -> None:
    user = FULL.replace("client = OpenAI(timeout=20)", "from clients import client")
    assert found(repo, {"clients.py": "client = OpenAI(timeout=20)\n"}, {"a.py": user}) == []


def test_client_without_one_in_another_file_is_found(repo: GitRepo) -> None:
    user = FULL.replace("client = OpenAI(timeout=20)", "from clients import client")
    assert found(repo, {"clients.py": "client = OpenAI()\n"}, {"a.py": user}) == ["a.py:7"]


def test_comment_brings_nothing(repo: GitRepo) -> None:
    assert found(repo, {"x.py": "x\n"}, {"a.py": BARE.replace("    return", "    # timeout, fallback, logger.info()\n"
                                                                            "    return")}) == ["a.py:6"]


def test_only_what_is_asked_for_is_found(repo: GitRepo) -> None:
    (one,) = findings(repo, {"x.py": "x\n"}, {"a.py": BARE}, AgentFallback(requires=["log"]))
    assert one.message.endswith("without a log of what goes in and comes out")


@pytest.mark.parametrize("path", ["tests/test_a.py", "scripts/a.py", "examples/a.py", "evals/a.py"])
def test_tests_scripts_and_examples_are_left_out(repo: GitRepo, path: str) -> None:
    assert found(repo, {"x.py": "x\n"}, {path: BARE}) == []


def test_file_that_a_glob_takes_in_again_is_judged(repo: GitRepo) -> None:
    rule = AgentFallback(exempt=["**/scripts/**", "!scripts/a.py"])
    assert found(repo, {"x.py": "x\n"}, {"scripts/a.py": BARE}, rule) == ["scripts/a.py:5"]


@pytest.mark.parametrize(
    "text", ["\0", "generateText(" * 3000, "await anthropic.messages.create({", "try {" * 5000 + "generateText("]
)
def test_text_that_is_no_code_crashes_nothing(repo: GitRepo, text: str) -> None:
    assert found(repo, {"x.ts": "x\n"}, {"a.ts": text, "b.py": text}) == []
