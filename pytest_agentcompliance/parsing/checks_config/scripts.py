"""What TypeScript, ESLint, Biome, Jest and Vitest are asked in their configuration files."""

from collections.abc import Iterator

from pytest_agentcompliance.parsing.checks_config import data, facts
from pytest_agentcompliance.parsing.checks_config.record import Fact
from pytest_agentcompliance.parsing.checks_config.script import OPAQUE
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence

TS_STRICT = (
    "noImplicitAny", "noImplicitThis", "strictNullChecks", "strictFunctionTypes", "strictBindCallApply",
    "strictPropertyInitialization", "strictBuiltinIteratorReturn", "alwaysStrict", "useUnknownInCatchVariables",
)  # fmt: skip
_TS_MORE = (
    "strict", "noUnusedLocals", "noUnusedParameters", "noImplicitReturns", "noFallthroughCasesInSwitch",
    "noUncheckedIndexedAccess", "noImplicitOverride", "noPropertyAccessFromIndexSignature", "exactOptionalPropertyTypes",
    "noUncheckedSideEffectImports", "forceConsistentCasingInFileNames", "checkJs", "noEmitOnError", "erasableSyntaxOnly",
)  # fmt: skip
_TS_LAX = (
    "skipLibCheck", "skipDefaultLibCheck", "allowUnreachableCode", "allowUnusedLabels", "suppressImplicitAnyIndexErrors", "noCheck",
    "suppressExcessPropertyErrors", "noStrictGenericChecks",
)  # fmt: skip
_SEVERITIES: dict[str, float] = {
    "off": -1, "0": -1, "false": -1, "info": 0.5, "warn": 1, "1": 1, "error": 2, "2": 2, "on": 2, "true": 2,
}  # fmt: skip


def tsconfig(page: Node) -> Iterator[Fact]:
    options = data.at(page, "compilerOptions")
    strict = data.truth(data.at(options, "strict")) is True
    for key in (*TS_STRICT, *_TS_MORE):
        # Where a strict flag is the default of the strict one, to leave it out says nothing.
        if strict and key in TS_STRICT and data.truth(data.at(options, key)) is not False:
            yield Fact("tsc", key, 1, f"{key} (by strict)", getattr(data.at(options, "strict"), "line", 1), implied=True)
        else:
            yield from facts.flag("tsc", options, key, default=1 if key.startswith("forceConsistent") else 0)
    for key in _TS_LAX:
        yield from facts.flag("tsc", options, key, good=False, style=key == "skipLibCheck")
    yield from facts.left_out("tsc", "exclude", data.at(page, "exclude"))


def eslint(pages: tuple[Node, ...]) -> Iterator[Fact]:
    """Every object with rules, whatever leads to it, with the files that it is for."""
    for page in pages:
        yield from _eslint(page, "", 0)


def _eslint(node: Node, files: str, depth: int) -> Iterator[Fact]:
    if depth > 12:
        return
    if isinstance(node, Sequence):
        for one in node.items:
            yield from _eslint(one, files, depth + 1)
        return
    if not isinstance(node, Mapping):
        return
    globs = data.at(node, "files")
    if globs is not None:
        files = ", ".join(sorted(one.text for one in data.texts(globs) if one.text != OPAQUE))
    yield from _eslint_rules(data.at(node, "rules"), f" for {files}" if files and not _all_code(files) else "")
    # An object of ignores and a name alone leaves files out of all; beside rules it leaves them out of those.
    for name in ("ignores", "ignorePatterns", "excludedFiles"):
        alone = len(node.items) < 3 or not files
        yield from facts.left_out("eslint", "ignore" if alone else f"ignore of {files}", data.at(node, name))
    extends = data.at(node, "extends")
    for one in [extends] if isinstance(extends, Scalar) else data.texts(extends):
        if one.text != OPAQUE:
            yield Fact("eslint", f"extends {one.text}", 1, f"extends: {one.text}", one.line)
    linter = data.at(node, "linterOptions")
    yield from facts.flag("eslint", node, "noInlineConfig")
    for part in (node, linter):
        yield from facts.flag("eslint", part, "reportUnusedDisableDirectives")
    for key, value in node.items:
        if key.text not in ("rules", "files", "ignores", "extends", "plugins", "settings", "languageOptions", "parserOptions"):
            yield from _eslint(value, files, depth + 1)


def _eslint_rules(rules: Node | None, where: str) -> Iterator[Fact]:
    for key, value in data.items(rules):
        level = value.items[0] if isinstance(value, Sequence) and value.items else value
        if key.text != OPAQUE and isinstance(level, Scalar) and (strength := _SEVERITIES.get(level.text.lower())) is not None:
            yield Fact("eslint", f"{key.text}{where}", strength, f"{key.text}: {level.text}{where}", key.line)


def _all_code(files: str) -> bool:
    """Whether globs name the files of a language, and no part of the tree."""
    others = ("test", "spec", "config", "stories")
    return all(one.startswith(("**/*.", "*.")) and not any(word in one for word in others) for one in files.split(", "))


def biome(page: Node) -> Iterator[Fact]:
    linter = data.at(page, "linter")
    yield from facts.flag("biome", linter, "enabled", default=1)
    yield from _biome_rules(data.at(linter, "rules"), "")
    for holder, name in ((linter, "linter"), (data.at(page, "files"), "files")):
        yield from facts.left_out("biome", f"{name} ignore", data.at(holder, "ignore"))
        for key in ("includes", "include"):
            for one in data.texts(data.at(holder, key)):
                if one.text.startswith("!"):
                    yield from facts.left_out("biome", f"{name} ignore", Scalar(one.text.lstrip("!"), one.line))
    overrides = data.at(page, "overrides")
    for part in overrides.items if isinstance(overrides, Sequence) else ():
        globs = data.texts(data.at(part, "includes")) or data.texts(data.at(part, "include"))
        files = ", ".join(sorted(glob.text for glob in globs))
        yield from _biome_rules(data.at(part, "linter", "rules"), f" for {files}")


def _biome_rules(rules: Node | None, where: str) -> Iterator[Fact]:
    for flag in facts.flag("biome", rules, "recommended", default=1):
        yield Fact("biome", flag.name + where, flag.strength, flag.shown + where, flag.line, default=1)
    for group, inner in data.items(rules):
        if isinstance(inner, Mapping):
            yield from _biome_group(group, inner, where)
        elif isinstance(inner, Scalar) and group.text not in ("recommended", "all") and inner.text in _SEVERITIES:
            yield Fact("biome", group.text + where, _SEVERITIES[inner.text], f"{group.text}: {inner.text}{where}", group.line)


def _biome_group(group: Scalar, inner: Mapping, where: str) -> Iterator[Fact]:
    for key, value in inner.items:
        level = data.at(value, "level") if isinstance(value, Mapping) else value
        if isinstance(level, Scalar) and (strength := _SEVERITIES.get(level.text.lower())) is not None:
            name = f"{group.text}/{key.text}{where}"
            # Most rules of Biome's are recommended ones, which are errors without a word.
            yield Fact("biome", name, strength, f"{group.text}/{key.text}: {level.text}{where}", key.line)


def coverage(pages: tuple[Node, ...]) -> Iterator[Fact]:
    """The thresholds of Jest, Vitest and nyc, wherever they stand in their file."""
    for page in pages:
        yield from _coverage(page, 0)


def _coverage(node: Node, depth: int) -> Iterator[Fact]:
    if depth > 12:
        return
    if isinstance(node, Sequence):
        for one in node.items:
            yield from _coverage(one, depth + 1)
    for key, value in data.items(node):
        if key.text in ("coverageThreshold", "thresholds"):
            yield from _thresholds(value, "")
        elif key.text == "coverage" and isinstance(value, Mapping):
            yield from facts.left_out("js coverage", "exclude", data.at(value, "exclude"))
            yield from _thresholds(data.at(value, "thresholds"), "")
            for name in ("lines", "functions", "branches", "statements"):
                yield from facts.floor("js coverage", name, data.at(value, name))
        elif key.text == "coveragePathIgnorePatterns":
            yield from facts.left_out("js coverage", "exclude", value)
        else:
            yield from _coverage(value, depth + 1)


def _thresholds(node: Node | None, where: str) -> Iterator[Fact]:
    for key, value in data.items(node):
        if isinstance(value, Mapping):
            yield from _thresholds(value, "" if key.text == "global" else f" of {key.text}")
        elif key.text in ("lines", "functions", "branches", "statements"):
            yield from facts.floor("js coverage", key.text + where, value)
