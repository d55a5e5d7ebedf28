"""scope/non-goals: no changed file falls under what the task says is not to be done."""

from collections.abc import Generator
from typing import TYPE_CHECKING

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence import Task

_HEAD = "id: T-1\nstrategy: tdd\nnon_goals:\n"
_SHOWN = 4


class NonGoals(Rule):
    """No changed file lies where the task's non-goals say that nothing is to be done.

    Why: a non-goal is written down because somebody expected the agent to go there. Work on it is not wanted twice: it has to be
    reviewed, and it hides the work that was.

    Globs and paths of the task's non-goals are held against every changed file. A name, such as "frontend" or "authentication
    changes", is held against the folders, packages and modules that bear it. A sentence is counted and not guessed at.

    Blind spots: a non-goal in a sentence, and one about behaviour. A name that no folder and no file bears.
    """

    exempt: list[str] = Field(
        default=["**/*.md", "**/*.lock", "pnpm-lock.yaml", "package-lock.json", "go.sum"],
        description="Globs of files that no name rules out: they speak of everything. A path or a glob of the task does.",
    )

    remedy = Remedy("revert", "Take the change out of this run, or ask whoever gave the task whether it is meant to be part of it.")
    examples = (
        Example(
            "A file under a glob or in a folder that the task rules out is reported.",
            task=_HEAD + "  - web/**\n  - 'Do not touch `infra/terraform/`'\n",
            after={"web/cart.py": "1\n", "infra/terraform/main.tf": "1\n", "api/cart.py": "1\n"},
            finds=("infra/terraform/main.tf", "web/cart.py"),
        ),
        Example(
            "So is one in a folder, or a module, that bears the name of a non-goal.",
            task="# Task T-1: cart\n\n## Non-Goals\n\n- NG1: Frontend changes\n- NG2: User authentication/authorization\n",
            after={"apps/frontend/cart.ts": "1\n", "api/auth/login.ts": "1\n", "api/authorization.ts": "1\n"},
            finds=("api/auth/login.ts", "api/authorization.ts", "apps/frontend/cart.ts"),
        ),
        Example(
            "A file that is deleted, or moved out of there, is one that changed.",
            task=_HEAD + "  - legacy/\n",
            before={"legacy/a.py": "a = 1\n", "legacy/b.py": "b = 2\n"},
            after={"api/b.py": "b = 2\n"},
            finds=("legacy/a.py", "legacy/b.py"),
        ),
        Example(
            "Files beside the non-goals are kept.",
            task=_HEAD + "  - mobile apps\n  - web/**\n",
            after={"api/mobile_number.py": "1\n", "tests/test_web.py": "1\n", "docs/mobile.md": "1\n"},
        ),
        Example(
            "A sentence accuses nobody, nor does the folder that the work is to stay in.",
            task=_HEAD + "  - Password breach database checking\n  - Real-time updates\n  - Anything outside of `api/cart/`\n",
            after={"api/cart/database.py": "1\n", "api/password.py": "1\n"},
        ),
        Example(
            "None is kept.",
            task=_HEAD.replace("non_goals:\n", "non_goals: []\n"),
            after={"web/a.ts": "1\n"},
        ),
    )

    def check(self, task: "Task", changes: ChangeSet) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.parsing.task import non_goals, read  # start-up time: where there is a task

        found = read(task.text)
        if "non_goals" not in found.lines:
            raise NotJudged("the task lists no non-goals")
        listed = non_goals.read(found.non_goals)
        prose = [one.text for one in listed if not one.globs and not one.words]
        for change in changes:
            for one in listed:
                by = one.rules_out(change.path)
                if by and not (one.words and matches(change.path, self.exempt)):
                    done = {"added": "was added", "deleted": "was deleted"}.get(change.kind, "was changed")
                    line = task.line if task.source == "transcript" else task.line + one.line - 1
                    message = f"this file {done}; it falls under the non-goal {one.text[:100]!r} ({by}), {task.path}:{line}"
                    yield Finding(message, Place(change.path), evidence=f"non-goal {one.text[:200]}")
                    break
        own = "; the run wrote the task itself" if not task.given else ""
        some = f"; {len(prose)} in sentences that no path can be held against: {'; '.join(prose[:_SHOWN])}" if prose else ""
        return f"{len(listed) - len(prose)} of {len(listed)} non-goals were held against the paths{some}{own}"
