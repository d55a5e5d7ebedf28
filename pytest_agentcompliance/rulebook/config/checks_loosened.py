"""config/checks-loosened: no configuration of linters, types, coverage, scanners, hooks or the pipeline gets looser."""

import posixpath
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: the readers are imported when a configuration has changed
    from pytest_agentcompliance.parsing.checks_config.compared import Looser
    from pytest_agentcompliance.parsing.checks_config.record import Config

Kind = Literal["lint", "types", "coverage", "security", "pipeline"]
_KINDS: dict[str, Kind] = {
    "mypy": "types", "pyright": "types", "ty": "types", "tsc": "types", "coverage": "coverage", "js coverage": "coverage",
    "codecov": "coverage", "bandit": "security", "gitleaks": "security", "detect-secrets": "security", "semgrep": "security",
    "trivy": "security", "ci": "pipeline", "hooks": "pipeline", "scripts": "pipeline",
}  # fmt: skip
_CODE = (
    ".py", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte", ".go", ".rb", ".java", ".kt",
    ".rs", ".php", ".cs",
)
# Files of the same scope that may say the same thing, each tool's.
_SAME = (
    "pyproject.toml", "ruff.toml", ".ruff.toml", "mypy.ini", ".mypy.ini", "setup.cfg", "tox.ini", ".flake8", ".coveragerc",
    ".pylintrc", "pytest.ini", "pyrightconfig.json", ".eslintrc", ".eslintrc.js", ".eslintrc.cjs", ".eslintrc.json",
    ".eslintrc.yml", ".eslintrc.yaml", "eslint.config.js", "eslint.config.mjs", "eslint.config.ts", ".eslintignore",
    "biome.json", "biome.jsonc", "jest.config.js", "jest.config.ts", "vitest.config.ts", "vitest.config.mts",
    "vitest.config.js", "vite.config.ts", "package.json", "tsconfig.json", "tsconfig.base.json", ".golangci.yml",
    ".golangci.yaml", "codecov.yml", ".codecov.yml", ".gitlab-ci.yml", ".pre-commit-config.yaml", "lefthook.yml",
)  # fmt: skip
_BEFORE = "[tool.ruff.lint]\nselect = ['E', 'F', 'S']\n\n[tool.mypy]\nstrict = true\n\n[tool.coverage.report]\nfail_under = 90\n"


class ChecksLoosened(Rule):
    """No configuration of linters, type checkers, coverage, scanners, hooks or the pipeline gets looser.

    Why: a rule that is switched off, a threshold that went down and a step that may fail all pass, and the report says that the
    checks are green. What they no longer look at is not in the report.

    Files are compared by what they mean: a setting that went to another file, another order or another layout is none. Those are
    pyproject.toml, setup.cfg, tox.ini and the files of ruff, flake8, pylint, mypy, pyright, ty, bandit and coverage; tsconfig with
    what it extends in the repository, ESLint (JSON, YAML, and the literals of JavaScript), Biome, Jest, Vitest, nyc, stylelint, the
    scripts of package.json; golangci, Codecov, Sonar, gitleaks, detect-secrets, hadolint, yamllint; ignore files; pre-commit,
    lefthook, husky, and the pipelines of GitHub and GitLab. A check that is new may have exceptions, and a first configuration is
    no exception from anything; one in a folder of its own is held against the next one above it, and one that a tool reads
    instead of another one against that. Output, dependencies and generated code may be left out.

    Blind spots: what presets and packages that are extended come to, values that a configuration computes (the verdict says which
    files have those), options of other tools, pipelines of other systems, one of two equal steps that is taken out,
    files that an option of a command names (`--config`, `--rcfile`).
    """

    kinds: list[Kind] = Field(
        default=["lint", "types", "coverage", "security", "pipeline"], description="Which checks are looked at."
    )
    allow: list[str] = Field(default=[], description="Globs of configuration files that may get looser.")

    remedy: ClassVar[Remedy] = Remedy(
        "revert", "Put the setting back, and mend what it complains of. If it must change, ask who owns it, in a change of its own."
    )
    examples = (
        Example(
            "A rule that is switched off, a strict flag that is dropped and a threshold that went down are reported.",
            before={"pyproject.toml": _BEFORE},
            after={"pyproject.toml": "[tool.ruff.lint]\nselect = ['E', 'F', 'S']\nignore = ['S101']\n\n"
                                     "[tool.mypy]\nstrict = false\n\n[tool.coverage.report]\nfail_under = 70\n"},
            finds=("pyproject.toml:3", "pyproject.toml:6", "pyproject.toml:9"),
        ),
        Example(
            "Severities, ignored paths and offs of ESLint, in JSON and in JavaScript.",
            before={".eslintrc.json": '{"rules": {"no-console": "error", "eqeqeq": 2}}\n',
                    "web/eslint.config.mjs": "export default [\n  { rules: { 'no-alert': 'error' } },\n]\n"},
            after={".eslintrc.json": '{"ignorePatterns": ["src/old/**"],\n "rules": {"no-console": "warn", "eqeqeq": 2}}\n',
                   "web/eslint.config.mjs": "export default [\n  { rules: {\n    'no-alert': 'off',\n  } },\n]\n"},
            finds=(".eslintrc.json:1", ".eslintrc.json:2", "web/eslint.config.mjs:3"),
        ),
        Example(
            "A strict flag of TypeScript that went, and one that is switched off.",
            before={"tsconfig.json": '{\n  // all\n  "compilerOptions": {\n    "strict": true,\n'
                                     '    "noUnusedLocals": true\n  }\n}\n'},
            after={"tsconfig.json": '{\n  "compilerOptions": {\n    "strict": true,\n    "strictNullChecks": false,\n  }\n}\n',
                   "a.ts": "1\n"},
            finds=("tsconfig.json:4", "tsconfig.json:5"),
        ),
        Example(
            "A step of the pipeline that may fail, and one that is gone.",
            before={".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - run: ruff check .\n      - run: pytest\n"},
            after={".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - run: ruff check . || true\n"},
            finds=(".github/workflows/ci.yml:4", ".github/workflows/ci.yml:4"),
        ),
        Example(
            "A script that checks less, and a hook that is gone.",
            before={"package.json": '{"scripts": {\n  "lint": "eslint . --max-warnings 0"\n}}\n', "a.js": "1\n",
                    ".pre-commit-config.yaml": "repos:\n- repo: a\n  hooks:\n  - id: mypy\n  - id: gitleaks\n"},
            after={"package.json": '{"scripts": {\n  "lint": "echo skipped"\n}}\n', "a.js": "1\n",
                   ".pre-commit-config.yaml": "repos:\n- repo: a\n  hooks:\n  - id: mypy\n"},
            finds=(".pre-commit-config.yaml:4", "package.json:2", "package.json:2"),
        ),
        Example(
            "A package of its own that switches off what the one above has on.",
            before={"tsconfig.json": '{"compilerOptions": {"strict": true}}\n'},
            after={"tsconfig.json": '{"compilerOptions": {"strict": true}}\n',
                   "pkg/tsconfig.json": '{"compilerOptions": {"strict": false}}\n'},
            finds=("pkg/tsconfig.json:1",),
        ),
        Example(
            "A new file that takes the place of one that asks for more, beside it or above it.",
            before={"pyproject.toml": _BEFORE, "src/a.py": "1\n"},
            after={"pyproject.toml": _BEFORE, "src/a.py": "1\n", "mypy.ini": "[mypy]\n",
                   "ruff.toml": "[lint]\nselect = ['E', 'S']\nignore = ['S101']\n",
                   "src/ruff.toml": "[lint]\nselect = ['E', 'F']\n"},
            finds=("mypy.ini:1", "ruff.toml:1", "ruff.toml:3", "src/ruff.toml:1"),
        ),
        Example(
            "Files that are left out of a coverage whose threshold the pipeline has.",
            before={".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - run: pytest --cov --cov-fail-under=80\n"},
            after={".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - run: pytest --cov --cov-fail-under=80\n",
                   ".coveragerc": "[run]\nomit = shop/*\n", "shop/a.py": "1\n"},
            finds=(".coveragerc:2",),
        ),
        Example(
            "A new file that extends what it takes the place of, or says the same; and one that is not read for another one.",
            before={"pyproject.toml": _BEFORE, "src/a.py": "1\n", ".eslintrc.json": '{"rules": {"no-console": "error"}}\n',
                    "package.json": "{}\n"},
            after={"pyproject.toml": _BEFORE, "src/a.py": "1\n", ".eslintrc.json": '{"rules": {"no-console": "error"}}\n',
                   "package.json": '{"eslintConfig": {"rules": {"no-console": "off"}}}\n',
                   "src/ruff.toml": "extend = '../pyproject.toml'\nline-length = 120\n", "mypy.ini": "[mypy]\nstrict = True\n",
                   ".coveragerc": "[report]\nfail_under = 90\n"},
        ),
        Example(
            "A setting that went to another file, another order, another layout.",
            before={"setup.cfg": "[flake8]\nmax-complexity = 10\nextend-ignore = E203,\n    W503\n\n[mypy]\nstrict = true\n\n"
                                 "[coverage:report]\nfail_under = 90\n",
                    "a.py": "1\n"},
            after={".flake8": "[flake8]\nextend-ignore = W503, E203\nmax-complexity = 10\n", "a.py": "1\n",
                   "pyproject.toml": "[tool.mypy]\nstrict = true\n\n[tool.coverage.report]\nfail_under = 90\n"},
        ),
        Example(
            "More checks, with exceptions from what is new.",
            before={"pyproject.toml": _BEFORE},
            after={"pyproject.toml": _BEFORE.replace("'S']", "'S', 'PL']\nignore = ['PLR2004']").replace("90", "95")},
        ),
        Example(
            "A first configuration is no exception from anything.",
            after={"pyproject.toml": "[tool.ruff.lint]\nignore = ['E501']\n",
                   "tsconfig.json": '{"compilerOptions": {"strict": false}}\n',
                   "eslint.config.js": "export default [{ ignores: ['legacy/**'] }, { rules: { 'no-console': 'off' } }]\n"},
        ),
        Example(
            "Output that is left out, a tool that took over the work of another one, and a step with another name.",
            before={".eslintrc.json": '{"ignorePatterns": ["dist"]}\n',
                    ".pre-commit-config.yaml": "repos:\n- repo: a\n  hooks:\n  - id: flake8\n  - id: isort\n",
                    ".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - run: npm run lint\n"},
            after={".eslintrc.json": '{"ignorePatterns": ["dist", "coverage/**", "node_modules"]}\n',
                   ".pre-commit-config.yaml": "repos:\n- repo: a\n  hooks:\n  - id: ruff\n",
                   ".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - name: Lint\n        run: pnpm lint\n"},
        ),
        Example(
            "A configuration that went with its package.",
            before={"old/tsconfig.json": '{"compilerOptions": {"strict": true}}\n', "old/a.ts": "1\n", "b.ts": "1\n"},
            after={"b.ts": "1\n"},
        ),
    )  # fmt: skip

    def wanted(self) -> Candidates:
        from pytest_agentcompliance.parsing.checks_config.names import GLOBS

        return Candidates(paths=GLOBS)

    def check(self, changes: ChangeSet, tree: Tree) -> Generator[Finding, None, str]:
        asked = [one for one in self.touched(changes) if not (self.allow and matches(one.path, self.allow))]
        if not asked:
            return ""
        from pytest_agentcompliance.parsing.checks_config.compared import Around, Changed, looser

        around = _Reader(tree, frozenset(one.path for one in asked))
        files = [
            Changed(one.path, around.read(one.before, "base"), around.read(one.after, "head"))
            for one in changes.readable(asked)
        ]
        found, unknown = looser(files, Around(around.still, around.code, around.at, around.had))
        yield from (self._finding(one) for one in found if _KINDS.get(one.tool, "lint") in self.kinds)
        return f"not told: {'; '.join(unknown[:5])}" if unknown else ""

    def _finding(self, one: "Looser") -> Finding:
        if one.was and one.now:
            said = f"`{one.was}` became `{one.now}`" if one.was != one.now else f"`{one.now}`"
        elif one.now:
            said = f"`{one.now}` was added"
        else:
            said = f"`{one.was}` is gone, and nothing stands for it"
        level: Level = "style" if one.style else "breach"
        what = {"ci": "the pipeline", "hooks": "the hooks", "scripts": "the scripts"}.get(one.tool, one.tool)
        verb = "checks" if one.tool not in ("hooks", "scripts") else "check"
        return Finding(f"{what} {verb} less: {said}", Place(one.path, one.line), level, evidence=f"{one.tool} {one.name} {one.now}")


class _Reader:
    """Reads configuration files at both ends, changed or not."""

    def __init__(self, tree: Tree, changed: frozenset[str]) -> None:
        self._tree, self._changed = tree, changed
        self._known: dict[tuple[str, str], Config | None] = {}

    def read(self, content: Content | None, side: str) -> "Config | None":
        """One file, and where it is TypeScript's, with what it extends."""
        if content is None or not is_file(content.mode):
            return None
        if (content.path, side) not in self._known:
            from pytest_agentcompliance.parsing.checks_config import names

            try:
                config = names.read(content.path, content.text())
            except Unreadable:
                return None
            self._known[content.path, side] = config
            if config.extends and "tsconfig" in content.path:
                self._known[content.path, side] = self._extended(config, side, 0)
        return self._known[content.path, side]

    def at(self, path: str, base: bool) -> "Config | None":
        return self._at(path, "base" if base else "head") if path in (self._tree.base if base else self._tree.head) else None

    def _at(self, path: str, side: str) -> "Config | None":
        try:
            return self.read((self._tree.base if side == "base" else self._tree.head).at(path), side)
        except Unreadable:
            return None

    def _extended(self, config: "Config", side: str, depth: int) -> "Config":
        """What a tsconfig does not say, and what it extends within the repository does."""
        from dataclasses import replace

        have = {one.key for one in config.facts}
        facts, unread = list(config.facts), list(config.unread)
        for written in config.extends[:5]:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(config.path), written))
            there = None
            if written.startswith(".") and depth < 6 and not path.startswith(".."):
                there = self._at(path, side) or self._at(f"{path}.json", side)
            if there is None:
                unread.append(f"it extends {written}, which is not known")
                continue
            new = [one for one in there.facts if one.key not in have]
            # A line of another file means nothing here.
            facts += [replace(one, line=1) for one in new]
            have |= {one.key for one in new}
            unread += there.unread
        return replace(config, facts=tuple(facts), unread=tuple(unread), extends=())

    def still(self, where: str, tool: str, base: bool) -> "Iterable[Config]":
        """The files that did not change and may say the same, in the place and above it; at base those that changed, too."""
        side = "base" if base else "head"
        end = self._tree.base if base else self._tree.head
        folder = posixpath.dirname(where) if tool in ("tsc", "scripts") else where
        paths = [path for path in end.files if path.startswith(".github/workflows/")][:60] if tool == "ci" else []
        while True:
            paths += [posixpath.join(folder, name) for name in _SAME]
            if not folder:
                break
            folder = posixpath.dirname(folder)
        for path in paths:
            if (base or path not in self._changed) and path != where and path in end:
                config = self._at(path, side)
                if config is not None:
                    yield config

    def code(self, folder: str) -> bool:
        """Whether code is left in a folder that is of no package of its own."""
        if not folder:
            return True
        mine = [path for path in self._tree.head.files if path.startswith(f"{folder}/")]
        packages = tuple(path.removesuffix("package.json") for path in mine if path.endswith("/package.json"))
        own = tuple(one for one in packages if one != f"{folder}/")
        return any(path.endswith(_CODE) and not path.startswith(own) for path in mine)

    def had(self, folder: str) -> bool:
        """Whether a folder had code at base."""
        return any(path.startswith(f"{folder}/") and path.endswith(_CODE) for path in self._tree.base.files)
