"""Type checks under each chunk, and failed ones: beyond what the rules' own examples show."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance import workshop
from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.log.verification import Verification
from pytest_agentcompliance.rulebook.log.verification_attempts import VerificationAttempts
from pytest_agentcompliance.verdict import Finding

SHOP = {
    "package.json": '{"name": "shop", "workspaces": ["*"], "scripts": {"check-types": "turbo run check-types"}}',
    "cart/package.json": '{"name": "@shop/cart", "scripts": {"check-types": "tsc --noEmit", "build": "tsc -p ."}}',
    "till/package.json": '{"name": "@shop/till", "scripts": {"type-check": "tsc --noEmit"}, "dependencies": {"@shop/cart": "*"}}',
    "jobs/pyproject.toml": '[project]\nname = "shop-jobs"\n[tool.mypy]\nstrict = true\n',
}
CODE = {
    "cart/src/a.ts": "1\n",
    "cart/src/b.ts": "1\n",
    "till/src/a.ts": "1\n",
    "till/src/t.ts": "1\n",
    "jobs/src/run.py": "x = 1\n",
}


def chunk(files: str, ran: str, number: int = 1, notes: str = "None") -> str:
    listed = "".join(f"  - {path}\n" for path in files.split())
    return f"## Chunk {number} — work\n- Files changed:\n{listed}- Commands run:\n{ran}\n- Notes / Risks: {notes}\n\n"


def run(rule: Verification | VerificationAttempts, log: str, files: Mapping[str, str] = CODE, **more: object) -> list[Finding]:
    example = Example("", before=SHOP, after={**SHOP, **files, "BACKEND-LOG.md": log}, **more)  # type: ignore[arg-type]
    return list(rule.findings_in(workshop.run_of(example)))


def missing(files: str, ran: str) -> str:
    """The packages that the first breach says are not checked; empty where there is none."""
    found = [one for one in run(Verification(), chunk(files, ran)) if one.level == "breach"]
    return found[0].message.partition("no type check of ")[2].partition(";")[0] if found else ""


CART, BOTH, JOBS = "cart/src/a.ts", "cart/src/a.ts till/src/t.ts", "jobs/src/run.py"


@pytest.mark.parametrize(
    ("files", "ran", "names"),
    [
        (CART, "  - `pnpm check-types --filter @shop/cart` - PASS", ""),
        (CART, "  - `pnpm --filter cart check-types` ✅", ""),
        (CART, "  - `pnpm --filter ./cart run type-check` -> PASS", ""),
        (CART, "  - `pnpm exec tsc --noEmit` - PASS (0 errors)", ""),
        (CART, "  - `pnpm tsc --noEmit` (cart) - SUCCESS", ""),
        (CART, "  - `pnpm type-check` in package dir - SUCCESS", ""),
        (CART, "  - `cd cart && npx tsc --noEmit` - PASS", ""),
        (CART, "  - `npx tsc -p cart/tsconfig.json` - PASS", ""),
        (CART, "  - `cd /home/agent/shop/cart && npx tsc` - PASS", ""),
        (CART, "  - `pnpm --filter @shop/till... check-types` - PASS", ""),
        (CART, "  - `pnpm --filter @shop/cart build` - PASS", ""),
        (CART, "  ```bash\n  cd cart\n  pnpm exec tsc --noEmit  # PASS\n  ```", ""),
        (CART, "  - `cd till && npx tsc --noEmit` - PASS", "@shop/cart"),
        (CART, "  - `pnpm tsc --noEmit` (@shop/till) - SUCCESS", "@shop/cart"),
        (CART, "  - `pnpm --filter @shop/till check-types` - PASS", "@shop/cart"),
        (CART, "  - `pnpm --filter @shop/cart test` - PASS", "@shop/cart"),
        (CART, "  - `pnpm --filter @shop/cart check-types` - not run", "@shop/cart"),
        (CART, "  - `echo pnpm --filter @shop/cart check-types` - PASS", "@shop/cart"),
        (CART, "  - `mypy .` - PASS", "@shop/cart"),
        (BOTH, "  - `pnpm check-types` - PASS", ""),  # from the root, whose script hands on to all
        (BOTH, "  - `turbo run check-types` - PASS", ""),
        (BOTH, "  - `pnpm check-types --filter '@shop/*'` - PASS", ""),
        (BOTH, "  - `nx affected -t type-check` - PASS", ""),
        (BOTH, "  - `pnpm -r exec tsc --noEmit` - PASS", ""),
        (BOTH, "  - `pnpm exec tsc --noEmit` - PASS", "@shop/cart, @shop/till"),
        (BOTH, "  - `pnpm check-types --filter @shop/cart` - PASS", "@shop/till"),
        (BOTH, "  - `yarn workspace @shop/cart tsc` ✓\n  - `yarn workspace @shop/till tsc` ✓", ""),
        (JOBS, "  - `uv run mypy jobs` - Success: no issues found", ""),
        (JOBS, "  - `cd jobs && pyright` - 0 errors", ""),
        (JOBS, "  - `mypy jobs/src` - PASS", ""),
        (JOBS, "  - `mypy .` - PASS", ""),
        (JOBS, "  - `pnpm check-types --filter @shop/cart` - PASS", "shop-jobs"),
        (JOBS, "  - `mypy till` - PASS", "shop-jobs"),
        (JOBS, "  - `turbo run check-types` - PASS", "shop-jobs"),
        (JOBS, "  - `pnpm -r check-types` - PASS", "shop-jobs"),
        (JOBS, "  - `make typecheck` - PASS", ""),
    ],
)
def test_what_covers_a_chunk(files: str, ran: str, names: str) -> None:
    assert missing(files, ran) == names


def test_script_of_the_root_that_calls_a_python_checker() -> None:
    root = {"package.json": '{"name": "shop", "workspaces": ["*"], "scripts": {"mypy": "mypy jobs", "check-types": "tsc"}}'}
    assert run(Verification(), chunk(JOBS, "  - `pnpm run check-types` - PASS"), CODE | root)
    assert not run(Verification(), chunk(JOBS, "  - `pnpm run mypy` - PASS"), CODE | root)


def test_outcome_on_a_line_of_its_own() -> None:
    found = run(Verification(), chunk(CART, "  - **Status**: PASS\n  - `pnpm --filter cart check-types`"))
    assert found == []


def test_command_in_another_field_counts() -> None:
    assert run(Verification(), chunk(CART, "None", notes="`pnpm --filter cart check-types` passed")) == []


def test_hidden_words_do_not_count() -> None:
    found = run(Verification(), chunk(CART, "None") + "<!--\ntype check passed\n-->\n")
    assert [one.level for one in found] == ["breach"]


def test_finding_names_where_else_a_check_stands() -> None:
    outside = "## Verification\n- `pnpm --filter cart check-types` - PASS\n"
    assert "line 9 shows one outside the chunks" in run(Verification(), chunk(CART, "None") + outside)[0].message
    later = chunk("README.md", "  - `pnpm --filter cart check-types` - PASS", 2)
    assert "chunk 2 shows one in line 12" in run(Verification(), chunk(CART, "None") + later)[0].message
    vague = run(Verification(), chunk(BOTH, "  - `npx tsc --noEmit` - PASS"))[0].message
    assert "line 6 does not say of which package" in vague


def test_gaps_of_several_chunks_are_one_finding_and_the_chunks_are_its_evidence() -> None:
    log = "".join(chunk(CART, "None", number) for number in (1, 2, 3)) + chunk("till/src/t.ts", "None", 4)
    found = run(Verification(), log)
    assert [one.evidence for one in found] == ["missing @shop/cart 1, 2, 3", "missing @shop/till 4"]


def test_parameters() -> None:
    log = chunk(CART, "  - `pnpm --filter cart verify` - PASS")
    assert run(Verification(), log)
    assert not run(Verification(scripts=["verify"]), log)
    assert run(Verification(builds=False), chunk(CART, "  - `pnpm --filter cart build` - PASS"))
    assert not run(Verification(exempt=["cart/src/*"]), chunk(CART, "None"))
    assert not run(Verification(code=["*.py"]), chunk(CART, "None"))


def test_old_chunks_are_not_judged_again() -> None:
    old = chunk(CART, "None")
    example = Example("", before={**SHOP, "BACKEND-LOG.md": old}, after={**SHOP, **CODE, "BACKEND-LOG.md": old})
    assert list(Verification().findings_in(workshop.run_of(example))) == []


def test_log_without_chunks_is_judged_whole() -> None:
    listed = "# Log\n\n## Files Modified\n\n- `cart/src/a.ts` - added\n\n"
    ran = "## Verification\n\n```\npnpm --filter @shop/cart check-types   PASS\n```\n"
    assert [one.message for one in run(Verification(), listed)] == ["the log shows no type check of @shop/cart"]
    assert run(Verification(), listed + ran) == []


def test_what_the_log_said_at_base_is_no_check_of_this_run() -> None:
    old = "# Log\n\n## Verification\n\n- `pnpm --filter @shop/cart check-types` - PASS\n"
    new = old + "\n## Files Modified\n\n- `cart/src/a.ts` - changed again\n"
    example = Example("", before={**SHOP, "BACKEND-LOG.md": old}, after={**SHOP, **CODE, "BACKEND-LOG.md": new})
    assert len(list(Verification().findings_in(workshop.run_of(example)))) == 1


def test_log_that_lists_no_file_is_not_judged() -> None:
    with pytest.raises(NotJudged, match="lists no file"):
        run(Verification(), "# Log\n\nAll done.\n")


def test_log_without_chunks_that_is_not_in_the_tree_is_not_judged() -> None:
    for rule in (Verification(), VerificationAttempts()):
        with pytest.raises(NotJudged, match="not in the tree"):
            list(rule.findings_in(workshop.run_of(Example("", after=CODE, log="# Log\n"))))


def test_blocked_run_need_not_pass() -> None:
    log = chunk(CART, "  - `pnpm --filter cart check-types` - FAILED") + "BLOCKED: no types\n"
    assert run(Verification(), log) == []
    assert run(VerificationAttempts(), log) == []


def test_exit_code_that_is_thrown_away_is_a_matter_of_style() -> None:
    log = chunk(CART, "  - `pnpm --filter cart check-types || true` - PASS")
    assert [(one.level, one.message) for one in run(Verification(), log)] == [("style", "a type check throws its exit code away")]
    assert run(Verification(), chunk(CART, "  - `pnpm --filter cart check-types | tail -5; echo $?` - PASS")) == []


def test_check_that_is_only_hoped_for_is_none() -> None:
    assert missing(CART, "  - `pnpm --filter cart check-types` - would pass") == "@shop/cart"


def test_failure_of_one_package_is_not_mended_by_another() -> None:
    log = chunk(BOTH, "  - `pnpm -F cart check-types` - FAILED\n  - `pnpm -F till type-check` - PASS")
    assert [one.at and one.at.line for one in run(VerificationAttempts(), log)] == [6]
    assert run(Verification(), log) == []  # it was shown; that it failed is for the other rule


def test_failure_is_mended_by_the_next_chunk_only() -> None:
    failed = chunk(CART, "  - `pnpm -F cart check-types` - FAILED")
    passed = "  - `pnpm -F cart check-types` - PASS"
    assert run(VerificationAttempts(), failed + chunk(CART, passed, 2)) == []
    between = chunk(CART, "None", 2)
    assert len(run(VerificationAttempts(), failed + between + chunk(CART, passed, 3))) == 1


def test_blocker_of_an_earlier_run_is_none_of_this() -> None:
    failed = chunk(CART, "  - `pnpm -F cart check-types` - FAILED")
    blocker = {"BLOCKERS.md": "# Blocked\n\nno types in the library\n"}
    example = Example("", before={**SHOP, **blocker}, after={**SHOP, **CODE, **blocker, "BACKEND-LOG.md": failed})
    assert len(list(VerificationAttempts().findings_in(workshop.run_of(example)))) == 1
    assert run(VerificationAttempts(), failed, CODE | blocker) == []


def test_attempts_allowed_are_a_parameter() -> None:
    ran = "\n".join(["  - `pnpm -F cart check-types` - FAILED"] * 3 + ["  - `pnpm -F cart check-types` - PASS"])
    assert len(run(VerificationAttempts(), chunk(CART, ran))) == 1
    assert run(VerificationAttempts(attempts=3), chunk(CART, ran)) == []


@given(
    st.lists(
        st.sampled_from(
            [
                "pnpm ",
                "`",
                "tsc ",
                "check-types ",
                "--filter ",
                "@shop/cart ",
                "- PASS",
                "FAILED",
                "\n",
                "\n- ",
                "```",
                "<!--",
                "## Chunk 2 — x\n",
                "- Commands run:\n",
                "- Files changed:\n  - cart/src/a.ts\n",
                "attempt 3 ",
                "\r",
                "\0",
            ]
        ),
        max_size=40,
    )
)
def test_any_log_is_judged(parts: list[str]) -> None:
    log = chunk(CART, "".join(parts))
    for rule in (Verification(), VerificationAttempts()):
        for finding in run(rule, log):
            assert finding.at is not None
            assert finding.at.line is not None
