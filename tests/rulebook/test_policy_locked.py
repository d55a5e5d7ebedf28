"""What integrity/policy-locked says of the law, of what guards a repository, and of words that try to excuse a change."""

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.evidence import Run
from pytest_agentcompliance.evidence.commits import History
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.integrity.policy_locked import PolicyLocked
from pytest_agentcompliance.sources import ends, gather, wanted
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo
from tests.rulebook.said import messages

POLICY = "profiles:\n  - name: gate\n"
GATE = "name: CI\non: [pull_request]\njobs:\n  test:\n    steps:\n      - run: make test\n"
AUDIT = GATE.replace("make test", "agent-compliance audit")


def edit(path: str, before: str | None, after: str | None, **others: str) -> Example:
    rest = {name.replace("__", "/"): text for name, text in others.items()}
    first, second = ({path: text} if text is not None else {} for text in (before, after))
    return Example("edit", before={**rest, **first}, after={**rest, **second})


def breaches(path: str, before: str | None, after: str | None) -> list[str]:
    return messages(PolicyLocked(), edit(path, before, after))


def styles(path: str, before: str | None, after: str | None) -> list[str]:
    example = edit(path, before, after)
    assert messages(PolicyLocked(), example) == []
    return messages(PolicyLocked(), example, "style")


@pytest.mark.parametrize(
    ("path", "called"),
    [
        ("AGENTS.md", "a file of agents' instructions"),
        ("packages/api/CLAUDE.md", "a file of agents' instructions"),
        (".claude/commands/a.md", "a file of agents' instructions"),
        (".claude/settings.json", "a file of agents' instructions"),
        (".cursor/rules/a.mdc", "a file of agents' instructions"),
        (".cursorrules", "a file of agents' instructions"),
        (".github/copilot-instructions.md", "a file of agents' instructions"),
        (".github/instructions/a.instructions.md", "a file of agents' instructions"),
        (".roo/rules/a.md", "a file of agents' instructions"),
        (".aider.conf.yml", "a file of agents' instructions"),
        (".claude/agents/team/coder.md", "the definition of an agent"),
        ("agents/coder.agent.md", "the definition of an agent"),
        (".github/agents/coder.md", "the definition of an agent"),
        (".github/actions/setup/action.yml", "a file of the CI gate"),
        (".gitlab-ci.yml", "a file of the CI gate"),
        ("Jenkinsfile", "a file of the CI gate"),
        (".circleci/config.yml", "a file of the CI gate"),
        ("CODEOWNERS", "a file of the CI gate"),
        (".husky/pre-commit", "a git hook"),
        (".githooks/pre-push", "a git hook"),
        ("lefthook.yml", "a git hook"),
        (".pre-commit-config.yaml", "a git hook"),
        (".lintstagedrc.json", "a git hook"),
    ],
)
def test_what_guards_a_repository_is_told_by_name(path: str, called: str) -> None:
    assert breaches(path, "a: one\n", "a: two\n") == [f"{called} was changed: line 1: 'a: one' became 'a: two'"]
    assert breaches(path, "a: one\n", None) == [f"{called} was deleted"]
    assert styles(path, None, "a: one\n") == [f"{called} is new; nobody has reviewed it"]


@pytest.mark.parametrize(
    "path",
    [
        ".claude/settings.local.json.bak", ".claude/worktrees/a/CLAUDE.md", ".claude/plans/a.md", ".claude/tasks/1.json",
        ".claude/projects/a.jsonl", ".cursor/plans/a.md", ".aider.chat.history.md", ".agents/plans/a.md", ".claude/.gitignore",
        ".agent-compliance/proofs/a.json", "tests/fixtures/AGENTS.md", "packages/core/templates/CLAUDE.md", "examples/CLAUDE.md",
        ".github/ISSUE_TEMPLATE/bug.yml", ".github/dependabot.yml", ".github/workflows/README.md", ".github/workflows/ci.yml.off",
        "apps/web/.github/workflows/ci.yml", "src/agents/coder.md", "docs/CLAUDE_GUIDE.md", "src/.claude/a.md", "pyproject.toml",
        "examples/agent-compliance.yaml", "packages/a/agent-compliance.yaml", "docs/.agent-compliance/baseline",
    ],
)  # fmt: skip
def test_data_samples_and_what_only_looks_alike_are_kept(path: str) -> None:
    assert styles(path, "a: one\n", "a: two\n") == []


def test_kind_of_files_that_is_only_remarked_on_is_the_policys_choice() -> None:
    example = edit("vitest.config.ts", "a\n", "b\n")
    assert messages(PolicyLocked(), example) == []
    assert len(messages(PolicyLocked(remarks=[]), example)) == 1
    assert messages(PolicyLocked(remarks=["instructions"]), edit("CLAUDE.md", "a\n", "b\n")) == []


def test_edit_is_told_with_its_first_places_and_their_number() -> None:
    before = "".join(f"line {number}\n" for number in range(20))
    after = before.replace("line 3\n", "line three\n").replace("line 7\n", "").replace("line 9\n", "line 9\nmore\nand more\n")
    assert breaches("CLAUDE.md", before, after + "end\n") == [
        "a file of agents' instructions was changed: line 4: 'line 3' became 'line three'; line 8: took away 'line 7'; "
        "and in 2 more places"
    ]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("CLAUDE.md", "# A\n\nStay in   scope.\n", "# A\r\n\r\nStay in\r\nscope.\r\n\r\n"),
        (".claude/agents/a.md", "on: [\"/a\"]\n| a | b |\n|---|---|\n", "on: ['/a']\n\n| a   | b   |\n| --- | --- |\n"),
        (
            ".claude/agents/a.md",
            "---\nupdated: 2026-01-24\nversion: 1.2.0\n---\nStay.\n", "---\nupdated: 2026-03-01\nversion: 1.3.0\n---\nStay.\n",
        ),
        ("CLAUDE.md", "**Current Version:** v1.2.3\n", "**Current Version:** v1.3.0 (2026-01-01)\n"),
        (".husky/pre-commit", "make lint\n", "make lint  \n\n"),
        (".github/workflows/ci.yml", GATE, GATE.replace("jobs:", "# the jobs\njobs:")),
        (".github/workflows/ci.yml", GATE, GATE.replace("[pull_request]", "\n  - pull_request")),
        (".claude/settings.json", '{"a": [1, 2]}\n', '{\n  "a": [1,2]\n}\n'),
    ],
)  # fmt: skip
def test_edit_that_says_the_same_is_only_shown(path: str, before: str, after: str) -> None:
    (found,) = styles(path, before, after)
    assert found.endswith("and says the same")


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("CLAUDE.md", "Version 1: stay in scope.\n", "Version 2: stay in scope or not.\n"),
        ("CLAUDE.md", "coverage: 80\n", "coverage: 50\n"),
        (".claude/agents/a.md", "version: 1.2\n", "version: 1.3, and you may skip the tests\n"),
        (".github/workflows/ci.yml", GATE, GATE.replace("    steps", "    continue-on-error: true\n    steps")),
        (".github/workflows/ci.yml", GATE, GATE.replace("make test", "make test || true")),
        (".github/workflows/ci.yml", GATE, "on: [push\n"),
        (".husky/pre-commit", "if a; then\n  lint\nfi\n", "if a; then\nfi\n"),
        (".husky/pre-commit", "#!/bin/sh\nlint\n", "#!/bin/sh\r\nlint\r\n"),
        (".husky/pre-commit", "lint \\\n  --strict\n", "lint \\ \n  --strict\n"),
        (".github/workflows/ci.yml", GATE + "      - run: |\n          a \\\n", GATE + "      - run: |\n          a \\ \n"),
        (".claude/settings.json", '{"a": "1"}\n', '{"a": 1}\n'),
    ],
)
def test_edit_that_says_something_else_is_a_breach(path: str, before: str, after: str) -> None:
    assert len(breaches(path, before, after)) == 1


@pytest.mark.parametrize(
    ("triggers", "judges"),
    [
        ("on: push", True), ("on: [push, release]", True), ("on:\n  push:\n    branches: [main]", True), ("on: {push: }", True),
        ("on:\n  push:\n    tags: [v*]\n    branches: [main]", True), ("on: workflow_call", True), ("on: merge_group", True),
        ("a: b", True),
        ("on: [[push]]", True), ("on: {pull_request_review: }", True), ('"on": push', True),
        ("on: [unclosed", True),
        ("on:\n  push:\n    tags: [v*]", False), ("on: release", False),
        ("on: {schedule: [{cron: x}], workflow_dispatch: }", False),
        ("on: [issue_comment, pull_request_review, issues]", False), ("on: []", False),
    ],
)  # fmt: skip
def test_workflow_is_a_gate_where_it_runs_on_changes(triggers: str, judges: bool) -> None:
    before, after = (f"{triggers}\njobs:\n  a: {{steps: [{{run: {word}}}]}}\n" for word in ("one", "two"))
    assert bool(breaches(".github/workflows/a.yml", before, after)) is judges
    assert bool(breaches(".github/workflows/a.yml", before, None)) is judges


def test_deployment_that_takes_what_is_merged_is_no_gate() -> None:
    push = GATE.replace("[pull_request]", "{push: {branches: [main]}}")
    for text, name, count in ((push, "deploy-api.yml", 0), (push, "ci.yml", 1), (GATE, "deploy-api.yml", 1)):
        assert len(breaches(f".github/workflows/{name}", text, text.replace("make", "just"))) == count


def test_workflow_that_audits_is_a_gate_whenever_it_runs() -> None:
    nightly = AUDIT.replace("[pull_request]", "{schedule: [{cron: '0 1 * * *'}]}")
    assert len(breaches(".github/workflows/nightly.yml", nightly, nightly.replace("agent-compliance audit", "true"))) == 1


def test_gate_that_is_turned_into_one_that_judges_nothing_is_a_breach() -> None:
    assert len(breaches(".github/workflows/a.yml", GATE, GATE.replace("pull_request", "workflow_dispatch"))) == 1


def test_move_within_its_place_is_shown_and_a_move_away_is_a_breach() -> None:
    inside = Example("in", before={".claude/agents/a.md": "A\n"}, after={".claude/agents/team/a.md": "A\n"})
    assert messages(PolicyLocked(), inside) == []
    assert messages(PolicyLocked(), inside, "style") == [
        "the definition of an agent was moved as it is, to .claude/agents/team/a.md"
    ]
    outside = Example("out", before={".claude/agents/a.md": "A\n"}, after={"old/a.md": "A\n"})
    assert messages(PolicyLocked(), outside) == ["the definition of an agent was moved away, to old/a.md"]


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        ("CLAUDE.md", "AGENTS.md", 0), ("CLAUDE.md", ".claude/old.md", 1), ("CLAUDE.md", "docs/CLAUDE.md", 1),
        (".claude/commands/a.md", ".claude/commands/team/a.md", 0), (".claude/commands/a.md", ".claude/docs/a.md", 1),
        (".husky/pre-commit", ".husky/pre-commit.off", 1), (".github/workflows/ci.yml", ".github/workflows/checks.yml", 0),
        (".github/workflows/ci.yml", ".github/actions/ci.yml", 1), ("CODEOWNERS", ".github/CODEOWNERS", 0),
    ],
)  # fmt: skip
def test_move_to_where_it_is_read_as_before_is_shown(old: str, new: str, count: int) -> None:
    assert len(messages(PolicyLocked(), Example("move", before={old: GATE}, after={new: GATE}))) == count


@pytest.mark.parametrize(
    ("after", "count"),
    [
        ('{"permissions": {"allow": ["Bash(ls)"], "deny": []}, "enabledMcpjsonServers": ["a"]}', 0),
        ('{"permissions": {"allow": []}}', 0), ('{"disableAllHooks": true}', 1), ('{"hooks": {}}', 1),
        ('{"permissions": {"deny": ["x"]}}', 1), ("{", 1), ("", 0),
    ],
)  # fmt: skip
def test_local_settings_are_data_as_far_as_they_grant(after: str, count: int) -> None:
    path = ".claude/settings.local.json"
    assert len(breaches(path, "{}\n", after)) == count
    base = {".claude/settings.json": "{}\n"}
    assert len(messages(PolicyLocked(), Example("new", before=base, after={**base, path: after}))) == count
    assert messages(PolicyLocked(), Example("gone", before={path: "{}\n"}, after={})) == []


def test_many_new_files_of_one_folder_are_one_remark() -> None:
    example = Example("new", after={f".claude/skills/{name}.md": "a\n" for name in "abc"} | {".claude/settings.json": "{}\n"})
    assert messages(PolicyLocked(), example, "style") == [
        "a file of agents' instructions is new; nobody has reviewed it",
        "3 files are new in .claude/skills, each a file of agents' instructions; nobody has reviewed it",
    ]


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("AGENTS.override.md", "AGENTS.md"), ("api/CLAUDE.local.md", "api/CLAUDE.md"), (".github/CODEOWNERS", "CODEOWNERS"),
        ("CODEOWNERS", "docs/CODEOWNERS"), ("lefthook-local.yml", "lefthook.yml"),
    ],
)  # fmt: skip
def test_new_file_that_takes_effect_over_one_of_base_is_a_breach(path: str, there: str) -> None:
    (found,) = messages(PolicyLocked(), Example("over", before={there: "a\n"}, after={there: "a\n", path: "b\n"}))
    assert found.endswith(f"is new, and takes effect over {there}, which base has")
    assert messages(PolicyLocked(), Example("alone", after={path: "b\n"})) == []


def test_new_workflow_that_reports_the_audits_check_is_a_breach() -> None:
    before = {".github/workflows/audit.yml": AUDIT}
    fake = Example("fake", before=before, after={**before, ".github/workflows/a.yml": GATE})
    assert messages(PolicyLocked(), fake) == [
        "a file of the CI gate is new, and reports a check named 'test', as the workflow does that runs agent-compliance at base"
    ]
    other = Example("other", before=before, after={**before, ".github/workflows/a.yml": GATE.replace("test:", "docs:")})
    assert messages(PolicyLocked(), other) == []
    unguarded = {".github/workflows/audit.yml": GATE}
    assert messages(PolicyLocked(), replace(fake, before=unguarded, after={**fake.after, **unguarded})) == []


def test_link_in_the_place_of_instructions_is_kept_only_where_it_leads_to_what_they_said() -> None:
    moved = Example("moved", before={"CLAUDE.md": "Stay.\n"}, after={"AGENTS.md": "Stay.\n"}, links={"CLAUDE.md": "AGENTS.md"})
    assert messages(PolicyLocked(), moved) == []
    other = Example("other", before={"CLAUDE.md": "Stay.\n"}, after={"AGENTS.md": "Go.\n"}, links={"CLAUDE.md": "AGENTS.md"})
    assert messages(PolicyLocked(), other) == ["a file of agents' instructions is a symbolic link now"]


def test_import_in_the_place_of_instructions_is_kept_only_where_it_leads_to_what_they_said() -> None:
    for text, count in (("Stay.\n", 0), ("Go.\n", 1), ("Stay. Or go.\n", 1)):
        example = Example("b", before={"CLAUDE.md": "Stay.\n"}, after={"AGENTS.md": text, "CLAUDE.md": "@AGENTS.md\n"})
        assert len(messages(PolicyLocked(), example)) == count


@pytest.mark.parametrize(
    "rule",
    [
        PolicyLocked(), PolicyLocked(instructions=["docs/told/*.txt"]), PolicyLocked(remarks=["instructions", "checks"]),
        PolicyLocked(data=["*.md"]),
    ],
)
def test_canary_breaks_the_rule_with_the_parameters_that_it_has(rule: PolicyLocked) -> None:
    first = rule.canaries()[0]
    found = [str(one.at) for one in rule.findings_in(workshop.run_of(first)) if one.level == "breach"]
    assert tuple(found) == first.finds


# The law.


def test_files_that_the_policy_names_are_the_law_wherever_they_lie() -> None:
    policy = POLICY + "waivers_file: docs/waivers.yaml\nbaseline: docs/known\n"
    example = edit("docs/waivers.yaml", "waivers: []\n", "waivers:\n  - {finding: '1', reason: r, by: A, until: 2027-01-01}\n")
    other = edit("docs/known", "", "3f  a/b  c\n")
    for one, where in ((example, "the file of waivers"), (other, "the baseline")):
        assert messages(PolicyLocked(), one) == []
        law = {"agent-compliance.yaml": policy}
        named = replace(one, before={**one.before, **law}, after={**one.after, **law})
        (found,) = messages(PolicyLocked(), named)
        assert found.startswith(f"{where} is weakened: ")


def test_policy_that_no_longer_names_a_file_does_not_free_it() -> None:
    before = {"agent-compliance.yaml": POLICY + "baseline: docs/known\n", "docs/known": ""}
    after = {"agent-compliance.yaml": POLICY, "docs/known": "3f  a/b  c\n"}
    found = messages(PolicyLocked(), Example("x", before=before, after=after))
    assert [one.partition(":")[0] for one in found] == ["the policy is weakened", "the baseline is weakened"]


@pytest.mark.parametrize(
    ("path", "level"),
    [
        (".agent-compliance/profiles/new.yaml", "style"), (".agent-compliance/keys/agent.pub", "breach"),
        (".agent-compliance/README.md", "style"), (".agent-compliance/baseline", "breach"),
    ],
)  # fmt: skip
def test_new_file_beside_the_policy(path: str, level: str) -> None:
    text = "3f  a/b  c\n"
    policy = {"agent-compliance.yaml": POLICY}
    assert len(messages(PolicyLocked(), Example("x", before=policy, after={**policy, path: text}), level)) == 1
    (found,) = messages(PolicyLocked(), Example("x", after={**policy, path: text}), "style")[1:]
    assert found.endswith("base has no policy, so that nobody has reviewed it")


@pytest.mark.parametrize(
    ("path", "level"),
    [
        ("agent-compliance.yaml", "breach"), (".agent-compliance/profiles/gate.yaml", "breach"),
        (".agent-compliance/baseline", "style"), (".agent-compliance/keys/a.pub", "breach"),
    ],
)  # fmt: skip
def test_law_that_is_deleted(path: str, level: str) -> None:
    (found,) = messages(PolicyLocked(), Example("x", before={path: POLICY}, after={}), level)
    assert found.endswith("was deleted; what base has is in force")


def test_policy_that_is_replaced_by_a_link_is_a_breach() -> None:
    example = Example("x", before={"agent-compliance.yaml": POLICY}, links={"agent-compliance.yaml": "other.yaml"})
    assert messages(PolicyLocked(), example) == ["the policy is a symbolic link now"]


def test_policy_that_cannot_be_read_any_more_is_a_breach() -> None:
    (found,) = breaches("agent-compliance.yaml", POLICY, "profiles: [\n")
    assert found.startswith("the policy is weakened: it cannot be read any more: agent-compliance.yaml:")


def test_many_weakenings_are_told_up_to_a_number() -> None:
    clauses = "    clauses:\n" + "".join(f"      A{k}: {{off: x}}\n" for k in range(150))
    found = breaches("agent-compliance.yaml", POLICY, POLICY + clauses)
    assert len(found) == 101
    assert found[-1] == "the policy is weakened in 50 more places"


def test_key_that_is_edited_is_a_breach() -> None:
    assert breaches(".agent-compliance/keys/a.pub", "one\n", "two\n") == [
        "a file of the policy was changed: line 1: 'one' became 'two'"
    ]


# Attempts.


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.py", "x = 1  # agent-compliance: ignore"), ("a.py", "# agent-compliance: ignore C3-10, it is late"),
        ("a.ts", "// agent-compliance-disable-next-line"), ("a.ts", "const a = 1 // agent-compliance:disable content/todo"),
        ("a.go", "//nolint:agent-compliance"), ("a.py", "x = 1  # noqa: agent-compliance"),
        ("a.yaml", "# agent-compliance: waive IN-01"),
        ("a.unknown", "# [skip agent-compliance]"), ("a.md", "<!-- agent-compliance: off -->"),
        ("a.ts", "/* @agent-compliance ignore */"),
        ("a.sh", "# agent_compliance=skip"), ("a.py", "# AGENT-COMPLIANCE: IGNORE"), ("a.ts", "// Agent-Compliance: skip-file"),
    ],
)  # fmt: skip
def test_words_that_try_to_excuse_a_change_are_shown(path: str, line: str) -> None:
    (found,) = styles(path, None, f"\n{line}\n")
    assert "tries to excuse the change from its audit, and excuses nothing" in found


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.md", "`# agent-compliance: ignore` waives nothing"), ("a.md", "    # agent-compliance: ignore"),
        ("a.md", "```html\n<!-- agent-compliance: ignore -->\n```"), ("a.md", "    <!-- agent-compliance: ignore -->"),
        ("a.py", "# agent-compliance ignores vendored folders"), ("a.py", 'TEXT = "# agent-compliance: ignore"'),
        ("a.py", "# how agent-compliance: ignore is told"), ("a.ts", "// run agent-compliance audit --base main"),
        ("a.yaml", "run: agent-compliance baseline"), ("a.py", "import pytest_agentcompliance  # agent compliance"),
        ("a.py", "# agent-compliance skip list of paths"), ("a.ts", "// see agent-compliance.yaml: off is a key"),
    ],
)  # fmt: skip
def test_words_that_only_speak_of_the_tool_are_kept(path: str, line: str) -> None:
    assert styles(path, None, f"\n{line}\n") == []


def test_words_that_base_has_are_nobodys_attempt() -> None:
    assert styles("a.py", "# agent-compliance: ignore\n", "# agent-compliance: ignore\nx = 1\n") == []


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("Add a\n\nagent-compliance: ignore\n", 1), ("Add a [skip agent-compliance]\n", 1),
        ("Add\n\nAgent-Compliance: skip IN-01\n", 1), ("Add\n\n[agent-compliance skip]\n", 1),
        ("agent-compliance: skip deleted files\n", 0), ("Add\n\nSay that agent-compliance: ignore waives nothing\n", 0),
        ("Add\n\nRun agent-compliance\n", 0), ("", 0),
    ],
)  # fmt: skip
def test_messages_of_commits(message: str, count: int) -> None:
    run = run_with(message)
    found = list(PolicyLocked().findings_in(run))
    assert [(one.level, one.at) for one in found] == [("style", None)] * count


def run_with(message: str) -> Run:
    run = workshop.run_of(Example("x", commits=({"a.txt": "a\n"},)))
    assert run.commits is not None
    told = tuple(replace(one, message=message) for one in run.commits)
    return replace(run, commits=History(lambda: told))


# In real repositories.


def found_in(repo: GitRepo, base: str) -> list[tuple[str, str]]:
    with Repository(Path(repo.root)) as repository:
        found = ends.find(repository, base, "HEAD", {})
        run = gather.gather(repository, found, {"changes", "commits", "tree"}, wanted.NOWHERE)
        return [(one.level, str(one.at)) for one in PolicyLocked().findings_in(run)]


def test_hook_that_can_no_longer_be_executed_is_a_breach(repo: GitRepo) -> None:
    hook = repo.write(".husky/pre-commit", "make lint\n")
    hook.chmod(0o755)
    base = repo.commit("base", {"CLAUDE.md": "a\n"})
    hook.chmod(0o644)
    (repo.root / "CLAUDE.md").chmod(0o755)
    repo.commit("modes")
    assert found_in(repo, base) == [("breach", ".husky/pre-commit"), ("style", "CLAUDE.md")]


def test_law_that_lies_at_base_alone_is_found_without_being_changed(repo: GitRepo) -> None:
    base = repo.commit("base", {"agent-compliance.yaml": POLICY + "baseline: law/known\n"})
    repo.commit("more", {"law/known": f"{'3f' * 12}  content/todo  a.ts\n"})
    assert found_in(repo, base) == [("breach", "law/known:1")]


def test_page_that_instructions_are_a_link_to_is_one_of_them(repo: GitRepo) -> None:
    repo.write("docs/agents.md", "Stay.\n")
    (repo.root / "CLAUDE.md").symlink_to("docs/agents.md")
    base = repo.commit("base")
    repo.commit("more", {"docs/agents.md": "Go.\n", "docs/other.md": "x\n"})
    assert found_in(repo, base) == [("breach", "docs/agents.md:1")]


def test_bytes_that_are_no_text_are_compared(repo: GitRepo) -> None:
    base = repo.commit("base", {"CLAUDE.md": b"\xff\0a\n", ".github/workflows/a.yml": b"\xff\xfea\0"})
    repo.commit("more", {"CLAUDE.md": b"\xff\0b\n", ".github/workflows/a.yml": b"\xff\xfeb\0"})
    assert found_in(repo, base) == [("breach", ".github/workflows/a.yml:1"), ("breach", "CLAUDE.md:1")]


def test_submodule_in_the_place_of_a_folder_of_instructions_is_a_breach(repo: GitRepo) -> None:
    base = repo.commit("base", {".cursorrules": "a\n"})
    repo.git("rm", "-q", ".cursorrules")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},.cursorrules")
    repo.git("commit", "-qm", "sub")
    assert found_in(repo, base) == [("breach", ".cursorrules")]
