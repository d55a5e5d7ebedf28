"""The tools that check something, by the name that is typed: what they check, how they are narrowed, and when they do not run."""

import re
from dataclasses import dataclass

from pytest_agentcompliance.parsing.defaults import SCRIPTS
from pytest_agentcompliance.parsing.work import Check

_ASKED = frozenset(("--help", "--version", "--dry-run"))


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. ``verbs``: the first words that make it a check; none means that it needs no verb.

    ``narrows`` are its options that leave something out, ``valued`` those whose value is the next word, ``places``: whether
    its other words are what it looks at, ``idle`` words with which it does nothing, ``needs`` one of which it must have.
    """

    check: Check
    name: str = ""
    verbs: tuple[str, ...] = ()
    narrows: frozenset[str] = frozenset()
    valued: frozenset[str] = frozenset()
    places: bool = True
    idle: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PYTEST = Tool(
    "tests", "pytest",
    narrows=_set("-k -m --deselect --ignore --ignore-glob --lf --last-failed --sw --stepwise --testmon --shard-id"),
    valued=_set("-p -n -c -o --override-ini --rootdir --confcutdir --maxfail --durations --tb --junitxml --junit-xml --log-level"
                " --dist --cov-report --cov-config --timeout --color --import-mode -W --basetemp --numprocesses --reruns --html"
                " --capture -r --ds"),
    idle=_set("--collect-only --co --fixtures --markers --setup-plan --trace-config -h -V"),
)  # fmt: skip
_NODE_TESTS = _set(
    "-t --testNamePattern --testPathPattern --testPathPatterns --testPathIgnorePatterns --project --projects --selectProjects"
    " --ignoreProjects --changed --changedSince --onlyChanged -o --onlyFailures -f --findRelatedTests --related --shard --exclude"
    " --runTestsByPath --dir --grep -g --grep-invert --spec --last-failed --only-changed --test-name-pattern --test-skip-pattern"
)
_NODE_VALUES = _set(
    "--config -c --reporter --reporters --outputFile --maxWorkers --workers -w --coverageReporters --collectCoverageFrom --root"
    " --testTimeout --timeout --environment --env --pool --retry --retries --browser --mode --coverageDirectory --rootDir -r"
    " --require --require-module -R --ui --extension --ext --setupFiles --import --loader -b --output --coverageThreshold"
)
_NODE = Tool("tests", narrows=_NODE_TESTS, valued=_NODE_VALUES, idle=_set("--listTests --list --showConfig --clearCache --init -h"))
_CARGO_VALUES = _set("--features -F --target --profile --manifest-path --target-dir --color -j --jobs --message-format --config -Z")
_CARGO = Tool(
    "tests", "cargo", ("test", "t", "nextest"),
    narrows=_set("-p --package --test --bin --bench --example --exclude --lib --bins --doc --skip --ignored"),
    valued=_CARGO_VALUES | {"--test-threads"}, idle=_set("--no-run --list"),
)  # fmt: skip
_TYPES = Tool("type check", idle=_set("--init --showConfig --listFilesOnly --noCheck -h -v -V"))
_TSC = Tool(
    "type check", "tsc", narrows=_set("-p --project --tsconfig"), idle=_TYPES.idle,
    valued=_set("--outDir --target --module --lib --jsx --moduleResolution --rootDir --baseUrl --typeRoots --types --pretty -t -m"),
)  # fmt: skip
_MYPY = Tool(
    "type check", "mypy", narrows=_set("-p -m --package --module --exclude"), idle=_set("--install-types -h -V"),
    valued=_set("--config-file --python-version --platform --cache-dir -c --python-executable --follow-imports --output"),
)  # fmt: skip
_LINT = Tool(
    "lint", narrows=_set("--rule --select --ignore-path --ignore-pattern --exclude --ext --no-eslintrc --filter --only"),
    valued=_set("-c --config -f --format --max-warnings --cache-location --output-format -o --output-file --parser --rcfile"
                " --jobs -j --ignore --extend-ignore --line-length --target-version --print-width --custom-syntax -l --log-level"
                " --loglevel -D -W -A"),
    idle=_set("--print-config --show-settings --show-files --env-info --inspect-config --init -h -v -V"),
)  # fmt: skip
_BUILD = Tool("build", places=False, idle=_set("-n --just-print --recon -h"))
_SCHEMA = Tool("schema", places=False, valued=_set("--schema --config -c --name -n -x"), idle=_set("-h"))
_GO_TEST = Tool(
    "tests", "go", ("test",), narrows=_set("-run -skip -short -bench --run --skip"), idle=_set("-list -c -n"),
    valued=_set("-timeout -count -coverprofile -tags -cpu -parallel -o -coverpkg -covermode -ldflags -exec -p"),
)  # fmt: skip


def _like(tool: Tool, name: str, *verbs: str, needs: str = "") -> Tool:
    return Tool(tool.check, name, verbs, tool.narrows, tool.valued, tool.places, tool.idle, _set(needs))


def _all(tool: Tool, names: str, *verbs: str) -> tuple[Tool, ...]:
    return tuple(_like(tool, name, *verbs) for name in names.split())


_VITEST = Tool("tests", "vitest", (), _NODE.narrows, _NODE.valued, idle=_NODE.idle | {"list", "init"})
_OTHER_TESTS = Tool("tests")
_LISTED = (
    _PYTEST,
    _like(_PYTEST, "nose2"),
    _VITEST,
    *_all(_NODE, "jest mocha ava tap jasmine wdio"),
    *_all(_NODE, "playwright bun deno react-scripts", "test"),
    _like(_NODE, "cypress", "run"),
    _like(_NODE, "karma", "start"),
    _like(_NODE, "ng", "test", "e2e"),
    _GO_TEST,
    _CARGO,
    *_all(_OTHER_TESTS, "gotestsum ginkgo rspec phpunit behave robot bats"),
    *_all(_OTHER_TESTS, "dotnet swift flutter", "test"),
    Tool("tests", "ctest", narrows=_set("-R -E -L -LE"), valued=_set("--test-dir -C -j")),
    Tool("tests", "mvn", ("test", "verify", "integration-test"), places=False),
    Tool("tests", "gradle", ("test", "check"), narrows=_set("--tests"), places=False),
    _TSC,
    *_all(_TSC, "vue-tsc tsgo tspc pyright basedpyright"),
    *_all(_TYPES, "svelte-check glint pyre pytype"),
    *_all(_TYPES, "ty astro deno", "check"),
    _MYPY,
    _like(_MYPY, "dmypy"),
    Tool("type check", "cargo", ("check",), _CARGO.narrows, _CARGO.valued, idle=_CARGO.idle),
    Tool("type check", "flow", idle=_set("init")),
    *_all(_LINT, "eslint flake8 pylint stylelint oxlint tslint xo standard markdownlint markdownlint-cli2 shellcheck hadolint"),
    *_all(_LINT, "actionlint lint-imports rubocop yamllint depcruise knip"),
    *_all(_LINT, "next ng deno", "lint"),
    _like(_LINT, "biome", "check", "lint", "ci"),
    _like(_LINT, "ruff", "check"),
    _like(_LINT, "ruff", "format", needs="--check --diff"),
    _like(_LINT, "prettier", needs="--check -c -l --list-different"),
    _like(_LINT, "black", needs="--check"),
    _like(_LINT, "isort", needs="--check --check-only -c"),
    _like(_LINT, "gofmt", needs="-l -d"),
    _like(_LINT, "cargo", "fmt", needs="--check"),
    _like(_LINT, "cargo", "clippy"),
    _like(_LINT, "go", "vet"),
    *_all(_LINT, "golangci-lint pre-commit", "run"),
    *_all(_BUILD, "next nest nuxt astro remix ng docker docker-compose cargo go uv hatch poetry dotnet react-scripts", "build"),
    *_all(_BUILD, "vue-cli-service parcel storybook bun flutter swift gradle vite", "build"),
    *_all(_BUILD, "tsup webpack rollup esbuild unbuild cmake"),
    _like(_BUILD, "mvn", "package", "compile", "install"),
    _like(_BUILD, "cargo", "b"),
    _like(_SCHEMA, "prisma", "validate"),
    *_all(_SCHEMA, "alembic drizzle-kit", "check"),
    *_all(_SCHEMA, "buf spectral redocly", "lint"),
)
_ALIASES = {
    "py.test": "pytest", "gradlew": "gradle", "mvnw": "mvn", "_mocha": "mocha", "eslint_d": "eslint", "sb": "storybook",
    "@playwright/test": "playwright", "vue-cli": "vue-cli-service", "@biomejs/biome": "biome", "turbo-ignore": "",
}  # fmt: skip
BY_NAME: dict[str, list[Tool]] = {}
for _tool in _LISTED:
    BY_NAME.setdefault(_tool.name, []).append(_tool)

_SEGMENTS = re.compile(r"[:_./\\\-]")
_NO_CHECK = _set(
    "setup install up down clean seed migrate prepare reset db watch start serve report open ui debug codegen generate gen init"
    " fix data"
    " update rebuild pretest posttest server dev deploy push publish format write list deps"
)
_TEST_WORDS = _set(
    "test tests e2e unit vitest jest mocha spec specs playwright cypress pytest integration coverage cov runtests smoke"
)
_LINT_WORDS = _set("lint eslint linting ruff biome prettier stylelint flake8 oxlint clippy")
_TYPE_WORDS = _set("typecheck types tsc mypy pyright typechecking")
_BUILD_WORDS = _set("build compile bundle")
_FORMATS = re.compile(r"(?:fmt|format|prettier|style)[:_.-]check|check[:_.-](?:fmt|format|style|lint)")
_SCHEMAS = re.compile(
    r"(?:prisma|schema|db|migrations?)[:_.-](?:validate|check)|(?:validate|check)[:_.-](?:prisma|schema|migrations?)"
)


def script(name: str) -> Check | None:
    """What a script or a target is by its name alone; nothing where the name does not say."""
    name = name.lower()[:80]
    parts = _SEGMENTS.split(name)
    if _SCHEMAS.search(name):
        return "schema"
    if name in SCRIPTS or not _TYPE_WORDS.isdisjoint(parts) or re.search(r"type[-:_]?check|check[-:_]types?\b", name):
        return "type check"
    if _FORMATS.search(name):
        return "lint"
    if not _NO_CHECK.isdisjoint(parts):
        return None
    tables: tuple[tuple[Check, frozenset[str]], ...] = (("lint", _LINT_WORDS), ("tests", _TEST_WORDS), ("build", _BUILD_WORDS))
    first = next((check for check, words in tables if parts[0] in words), None)
    return first or next((check for check, words in tables if not words.isdisjoint(parts)), None)


def tool(name: str, rest: list[str]) -> tuple[Tool, list[str]] | None:
    """The tool that a word names, where its further words make it a check, and the words behind its verb."""
    name = _ALIASES.get(name, name)
    if not _ASKED.isdisjoint(rest[: rest.index("--")] if "--" in rest else rest):
        return None
    for one in BY_NAME.get(name, ()):
        words = rest
        if one.verbs:
            at = next((k for k, word in enumerate(rest) if not word.startswith(("-", "+"))), -1)
            if at < 0 or rest[at] not in one.verbs:
                continue
            words = [*rest[:at], *rest[at + 1 :]]
        if one.idle.isdisjoint(words) and (not one.needs or not one.needs.isdisjoint(words)):
            return one, words
    return None


def narrowed(one: Tool | None, words: list[str]) -> tuple[str, ...]:
    """What of the words leaves something out; ``one`` is None where a script is called that runs nobody knows what."""
    narrows = one.narrows if one else _PYTEST.narrows | _NODE_TESTS - {"-o", "-f", "-m"}
    valued = one.valued if one else _NODE_VALUES | _PYTEST.valued - {"-c", "-r", "-o"}
    found, at = list[str](), 0
    while at < len(words):
        word, equals, value = words[at].partition("=")
        following = words[at + 1] if at + 1 < len(words) else ""
        takes = not equals and following and not following.startswith("-")
        if word in narrows:
            takes = takes and word not in _FLAGS
            found.append(f"{word} {value or (following if takes else '')}".rstrip())
            at += bool(takes)
        elif word in valued:
            at += bool(takes)
        elif not word.startswith("-") and (one is None or one.places) and words[at] not in _WHOLE:
            found.append(words[at])
        at += 1
    return tuple(found)


_FLAGS = _set(
    "--lf --last-failed -o -f --sw --stepwise --onlyChanged --onlyFailures --runTestsByPath --only-changed --lib --bins --doc"
    " --ignored -short --short --no-eslintrc --testmon"
)
_WHOLE = _set(". ./ ./... run watch --")
