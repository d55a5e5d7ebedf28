"""A state that the run did not end in: what was touched in it counts, how good its work was does not."""

from pytest_agentcompliance import engine
from tests.conftest import GitRepo


def test_what_was_touched_counts_and_not_how_it_was_done(repo: GitRepo) -> None:
    repo.commit("start", {"a.py": "x = 1\n", "web/Page.tsx": "export const A = 1\n"})
    repo.branch("agent")
    long = "def f(x):\n" + "".join(f"    x += {number}\n" for number in range(90)) + "    return x\n"
    repo.commit("one", {"b.py": long, "web/Page.tsx": "export const A = 2\n"})
    repo.commit("two", {"b.py": "def f(x):\n    return x\n", "web/Page.tsx": "export const A = 1\n"})
    found = engine.audit(engine.Options(repo.root, base="main", head="HEAD", profiles=("backend-implementer",), environ={}))
    said = " ".join(one.message for verdict in found.verdicts for one in verdict.findings)
    assert "scope/frontend-files" in said
    assert "lines of code" not in said
    assert "content/function-length" not in said
