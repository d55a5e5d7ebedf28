"""Which checks the pipeline, the hooks and the scripts of a package run, and whether they can fail."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.checks_config import data
from pytest_agentcompliance.parsing.checks_config.record import Fact
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence

_MOST = 400  # commands of a file that are read
# Scanners and coverage, which are checks of a pipeline and no tests.
_SCANS = re.compile(
    r"\b(gitleaks|trufflehog|detect-secrets|semgrep|bandit|codeql|trivy|snyk|pip-audit|npm audit|pnpm audit|yarn audit|osv-scanner|"
    r"gosec|govulncheck|checkov|tfsec|safety|codecov|coveralls|sonar|dependency-review|hadolint|shellcheck|actionlint|zizmor|commitlint|knip|depcheck|"
    r"lint-staged|agent-compliance)\b"
)
_SCRIPTS = re.compile(
    r"^(?:pre|post)?(?:lint|test|typecheck|type-check|check|ci|verify|validate|precommit|pre-commit|tsc|types|coverage|audit|build|"
    r"prepush|pre-push|quality|prepare)\b"
)
_CHECKS = re.compile(r"(?<![a-z])(?:tests?|lint|ci|checks?|typecheck|types|coverage|scan|audit|security|codeql|quality)(?![a-z])")
# A script that is named after a check, by a name that is none of the usual ones.
_NAMED = re.compile(
    r"^[ \t]*(?:npm|pnpm|yarn|bun)[ \t]+(?:run[ \t]+)?((?:test|lint|typecheck|type-check)[:\-][\w:\-]{1,60})(?:[ \t]|$)"
)
# Hooks that another one has taken the work of.
_SUCCESSORS = {
    "ruff": ("flake8", "isort", "pyupgrade", "autoflake", "pydocstyle", "pylint", "bandit", "yesqa", "pycln", "ruff-check"),
    "ruff-check": ("flake8", "isort", "pyupgrade", "autoflake", "pydocstyle", "pylint", "bandit", "ruff"),
    "ruff-format": ("black", "yapf", "autopep8"), "pyright": ("mypy",), "basedpyright": ("mypy", "pyright"),
    "ty": ("mypy", "pyright"), "mypy": ("pyright",), "biome-check": ("eslint", "prettier"),
    "biome": ("eslint", "prettier", "biome-check"), "biome-lint": ("eslint",), "oxlint": ("eslint",),
    "gitleaks": ("detect-secrets", "detect-private-key"), "detect-secrets": ("gitleaks",),
    "trufflehog": ("gitleaks", "detect-secrets"), "golangci-lint": ("go-vet", "golint"),
}  # fmt: skip


def github(page: Node) -> Iterator[Fact]:
    """A workflow of GitHub: its steps' commands and scanning actions."""
    for job, body in data.items(data.at(page, "jobs")):
        job_off = _off(body)
        steps = data.at(body, "steps")
        for step in steps.items if isinstance(steps, Sequence) else ():
            how = 0.0 if job_off or _off(step) else 1.0 if _lax(step) or _lax(body) else 2.0
            run, uses = data.at(step, "run"), data.at(step, "uses")
            if isinstance(run, Scalar):
                yield from _commands(run, how, "the pipeline")
            elif isinstance(uses, Scalar):
                yield from _action(uses, step, how)
        uses = data.at(body, "uses")
        if isinstance(uses, Scalar) and _CHECKS.search(f"{job.text} {uses.text.rpartition('/')[2]}"):
            yield Fact("ci", f"workflow {uses.text.partition('@')[0]}", 2 if not job_off else 0, f"uses: {uses.text}", uses.line)


def gitlab(page: Node) -> Iterator[Fact]:
    for _, body in data.items(page):
        if not isinstance(body, Mapping):
            continue
        how = 0.0 if _manual(body) else 1.0 if data.truth(data.at(body, "allow_failure")) else 2.0
        for key in ("before_script", "script"):
            node = data.at(body, key)
            for one in [node] if isinstance(node, Scalar) else data.texts(node):
                yield from _commands(one, how, "the pipeline")


def hook_file(text: str) -> Iterator[Fact]:
    """A hook of husky's: its commands."""
    for number, line in enumerate(text.split("\n")[:_MOST], 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield from _commands(Scalar(line, number), 2.0, "the hooks")


def lefthook(page: Node) -> Iterator[Fact]:
    for _, hook in data.items(page):
        for group in ("commands", "scripts"):
            for _, one in data.items(data.at(hook, group)):
                run = data.at(one, "run")
                if isinstance(run, Scalar):
                    skip = data.truth(data.at(one, "skip")) is True
                    yield from _commands(run, 0.0 if skip else 2.0, "the hooks")
        jobs = data.at(hook, "jobs")
        for one in jobs.items if isinstance(jobs, Sequence) else ():
            run = data.at(one, "run")
            if isinstance(run, Scalar):
                yield from _commands(run, 2.0, "the hooks")


def pre_commit(page: Node) -> Iterator[Fact]:
    from pytest_agentcompliance.parsing.checks_config import facts

    repos = data.at(page, "repos")
    hooks: list[tuple[Scalar, Node]] = []
    for repo in repos.items if isinstance(repos, Sequence) else ():
        listed = data.at(repo, "hooks")
        for one in listed.items if isinstance(listed, Sequence) else ():
            name = data.at(one, "id")
            if isinstance(name, Scalar):
                hooks.append((name, one))
    for place, one in hooks:
        hook = place.text
        stages = [stage.text for stage in data.texts(data.at(one, "stages"))]
        yield Fact("hooks", f"hook {hook}", 0 if stages == ["manual"] else 2, f"hook {hook}", place.line)
        for old in _SUCCESSORS.get(hook, ()):
            if old not in {each.text for each, _ in hooks}:
                said = f"hook {hook}, which does what {old} does"
                yield Fact("hooks", f"hook {old}", 2, said, place.line, implied=True)
        yield from _patterns(hook, data.at(one, "exclude"))
    yield from _patterns("all hooks", data.at(page, "exclude"))
    yield from facts.off("hooks", "skip", data.at(page, "ci", "skip"))


def scripts(page: Node) -> Iterator[Fact]:
    """The scripts of a package.json that are named after a check."""
    entries = data.items(data.at(page, "scripts"))
    for name, value in entries:
        if not isinstance(value, Scalar) or not _SCRIPTS.match(name.text):
            continue
        yield from _commands(value, 2.0, "the scripts")
        for number in re.findall(r"--max-warnings[= ](\d{1,6})\b", value.text[:2000]):
            yield Fact("scripts", f"--max-warnings of {name.text}", -float(number), f"--max-warnings {number}", value.line, "limit")
            yield Fact("scripts", f"--max-warnings is set for {name.text}", 1, f"--max-warnings {number}", value.line)


def _commands(script: Scalar, how: float, where: str) -> Iterator[Fact]:
    """The checks that a script runs, by what they check: which tool does it may change."""
    from pytest_agentcompliance.parsing.work.reach import runs

    tool = {"the pipeline": "ci", "the hooks": "hooks", "the scripts": "scripts"}[where]
    for line in _joined(script.text):
        if "--no-verify" in line and "git" in line:
            yield Fact(tool, "--no-verify", -1, "--no-verify", script.line)
        checks = [ran for ran in runs(line[:4000])[:40] if ran.check not in ("build", "schema")]
        if not checks and (named := _NAMED.search(line[:4000])):
            sort = {"l": "lint", "t": "tests"}.get(named[1][0], "lint") if not named[1].startswith("type") else "type check"
            yield Fact(tool, f"{sort}: {named[1]} in {where}", how, _how(f"{sort} ({named[1]})", how), script.line)
        for ran in checks:
            name = ran.tool or ran.script
            strength = min(how, 1.0) if ran.masked or "--exit-zero" in ran.words else how
            yield Fact(tool, f"{ran.check}: {name} in {where}", strength, _how(f"{ran.check} ({name})", strength), script.line)
        for found in _SCANS.findall(line[:4000])[:10]:
            masked = "|| true" in line or "|| :" in line or "|| echo" in line or "--exit-zero" in line
            strength = min(how, 1.0) if masked else how
            yield Fact(tool, f"{found} in {where}", strength, _how(found, strength), script.line)
        for number in re.findall(r"--(?:cov-)?fail-under[= ](\d{1,3})\b", line[:4000])[:4]:
            yield Fact("coverage", "threshold", float(number), f"--fail-under {number}", script.line, "floor")


def _how(said: str, strength: float) -> str:
    return said if strength == 2 else f"{said}, whose failure is ignored" if strength == 1 else f"{said}, switched off"


def _joined(text: str) -> list[str]:
    return text.replace("\\\n", " ").split("\n")[:_MOST]


def _action(uses: Scalar, step: Node, how: float) -> Iterator[Fact]:
    name = uses.text.partition("@")[0].lower()
    for found in _SCANS.findall(name)[:1]:
        if found not in ("codecov", "coveralls"):
            yield Fact("ci", f"{found} in the pipeline", how, _how(found, how), uses.line)
    for word in ("golangci-lint-action", "pre-commit/action", "ruff-action", "super-linter"):
        if word in name:
            yield Fact("ci", f"lint: {word} in the pipeline", how, _how(f"lint ({word})", how), uses.line)


def _off(node: Node) -> bool:
    condition = data.at(node, "if")
    return isinstance(condition, Scalar) and condition.text.strip().replace("${{", "").replace("}}", "").strip().lower() == "false"


def _lax(node: Node) -> bool:
    return data.truth(data.at(node, "continue-on-error")) is True


def _manual(body: Node) -> bool:
    when = data.at(body, "when")
    return isinstance(when, Scalar) and when.text in ("manual", "never")


def _patterns(name: str, node: Node | None) -> Iterator[Fact]:
    from pytest_agentcompliance.parsing.checks_config import facts

    if isinstance(node, Scalar):
        for part in re.split(r"[|\n]", node.text)[:200]:
            path = part.strip().removeprefix("(?x)").strip("()^$ ")
            if path and path != "?x" and not facts.harmless(path):
                yield Fact("hooks", f"exclude of {name} {path}", -1, f"exclude of {name}: {path}", node.line)
