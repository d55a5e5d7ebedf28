"""A pnpm monorepo with a story, as an agent finds it, and the work that an agent does in it."""

import json
from collections.abc import Mapping
from typing import Any

from click.testing import CliRunner, Result

from pytest_agentcompliance.cli import main
from tests.conftest import GitRepo

V3 = "dev-implement-backend-coder-v3"
STORY = "plans/features/shop/in-progress/SHOP-7"
HOME = f"{STORY}/_implementation"
LOG = f"{HOME}/BACKEND-LOG.md"

START: Mapping[str, str] = {
    "agent-compliance.yaml": f"profiles:\n  - name: {V3}\n    feature_dir: plans/features/shop\n",
    ".gitignore": "node_modules\ndist\n*.tsbuildinfo\n",
    "package.json": '{"name": "shop", "private": true, "scripts": {"check-types": "turbo run check-types"}}\n',
    "pnpm-workspace.yaml": "packages:\n  - packages/**\n",
    "packages/backend/cart/package.json": '{"name": "@shop/cart", "scripts": {"check-types": "tsc --noEmit"}}\n',
    "packages/backend/cart/tsconfig.json": "{}\n",
    "packages/backend/cart/src/store.ts": "export const store = new Map<string, number>()\n",
    "packages/backend/cart/src/money.ts": "export type Money = { cents: number }\n// two decimals\n",
    "packages/core/logger/package.json": '{"name": "@shop/logger", "scripts": {"check-types": "tsc --noEmit"}}\n',
    "packages/core/logger/tsconfig.json": "{}\n",
    "packages/core/logger/src/index.ts": "export const log = (text: string) => text\n",
    f"{STORY}/SHOP-7.md": "# SHOP-7: A cart\n\n## Acceptance Criteria\n\n- [ ] **AC-1**: The service stores a cart\n"
    "- [ ] **AC-2**: The service adds up a cart\n",
    f"{HOME}/IMPLEMENTATION-PLAN.md": "# Plan\n\n1. `packages/backend/cart/**`: totals\n2. `packages/core/logger/**`\n",
    f"{HOME}/SCOPE.md": "# Scope\n\nbackend: true\n",
    f"{HOME}/ARCHITECTURAL-DECISIONS.yaml": "decisions: []\n",
}
WORK: Mapping[str, str | None] = {
    "packages/backend/cart/src/totals.ts": "export const total = (cents: number[]) => cents.reduce((a, b) => a + b, 0)\n",
    "packages/backend/cart/src/totals.test.ts": "import { total } from './totals'\n\ntest('none', () => total([]))\n",
    "packages/backend/cart/src/money.ts": None,
    "packages/core/logger/src/index.ts": "export const log = (text: string) => text.trim()\n",
    "packages/backend/cart/docs/cart.md": "# Carts\n",
}


def begun(repo: GitRepo) -> GitRepo:
    """The repository with the story, on the agent's branch."""
    repo.commit("start", START)
    repo.branch("agent/SHOP-7")
    return repo


def work(repo: GitRepo, files: Mapping[str, str | bytes | None]) -> None:
    """Edits of the work tree, which nobody has committed."""
    for path, content in files.items():
        if content is None:
            (repo.root / path).unlink()
        else:
            repo.write(path, content)


def run(repo: GitRepo, *words: str, code: int = 0) -> Result:
    """``agent-compliance`` in the repository, against main."""
    done = CliRunner().invoke(main, [*words, "--repo", str(repo.root), "--base", "main"])
    assert done.exit_code == code, done.output
    return done


def following(repo: GitRepo, *words: str, code: int = 0) -> Result:
    return run(repo, "log", "next", *words, code=code)


def log_of(repo: GitRepo) -> str:
    return (repo.root / LOG).read_bytes().decode()


def listed(text: str) -> list[str]:
    """The lines under Files changed of the last chunk of a text."""
    rows = text.rpartition("- Files changed:\n")[2].partition("- Summary of changes:")[0]
    return [row.strip().removeprefix("- ") for row in rows.splitlines()]


def judged(repo: GitRepo) -> dict[str, tuple[str, list[str]]]:
    """What an audit says of each rule: the outcome, and the messages of what breaks it."""
    done = CliRunner().invoke(main, ["audit", "--output", "json", "--repo", str(repo.root), "--base", "main"])
    found: dict[str, Any] = json.loads(done.stdout)
    return {
        one["rule"]: (one["outcome"], [finding["message"] for finding in one["findings"] if finding["level"] == "breach"])
        for one in found["verdicts"]
    }
