"""What Python's linters, type checkers, scanners and coverage are asked in their configuration files."""

from collections.abc import Iterator
from itertools import chain

from pytest_agentcompliance.parsing.checks_config import data, facts
from pytest_agentcompliance.parsing.checks_config.record import Fact
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence

# What `strict` switches on: one of them that is not set is on where it is.
MYPY_STRICT = (
    "warn_unused_configs", "disallow_any_generics", "disallow_subclassing_any", "disallow_untyped_calls", "disallow_untyped_defs",
    "disallow_incomplete_defs", "check_untyped_defs", "disallow_untyped_decorators", "warn_redundant_casts", "warn_unused_ignores",
    "warn_return_any", "no_implicit_reexport", "strict_equality", "strict_bytes", "extra_checks",
)  # fmt: skip
_MYPY_MORE = (
    "strict", "disallow_any_unimported", "disallow_any_expr", "disallow_any_explicit", "disallow_any_decorated",
    "warn_unreachable",
)
_MYPY_ON = ("warn_no_return", "strict_optional")  # without being asked
_MYPY_LAX = (
    "ignore_errors", "allow_untyped_globals", "allow_redefinition", "implicit_optional", "implicit_reexport", "allow_untyped_defs",
)  # fmt: skip
_RUFF = ("E4", "E7", "E9", "F")  # what it looks for without being asked
_NEVER_RUN = (
    "TYPE_CHECKING", "__main__", "pragma", "NotImplemented", "abstract", "Protocol", "overload", "\\.\\.\\.", "assert_never",
    "if 0:", "if False", "AssertionError", "__repr__", "self.debug", "settings.DEBUG", "__str__", "pass$",
)
_SEVERITIES = {"none": -1, "false": -1, "information": -0.5, "warning": 1, "error": 2, "true": 2}
_MODES = {"off": -1, "basic": 1, "standard": 2, "recommended": 3, "strict": 3, "all": 4}


def pyproject(page: Node) -> Iterator[Fact]:
    """All the tables of a pyproject.toml that checks read."""
    tool = data.at(page, "tool")
    for linter in ("ruff", "mypy", "pyright", "coverage", "bandit", "pylint", "flake8", "ty"):
        yield from facts.configured(linter, data.at(tool, linter))
    yield from ruff(data.at(tool, "ruff"))
    yield from mypy(data.at(tool, "mypy"))
    yield from pyright(data.at(tool, "pyright"))
    yield from pyright(data.at(tool, "basedpyright"))
    yield from coverage(data.at(tool, "coverage", "run"), data.at(tool, "coverage", "report"))
    yield from pytest(data.at(tool, "pytest", "ini_options"))
    yield from bandit(data.at(tool, "bandit"))
    pylint = data.at(tool, "pylint")
    for name, inner in data.items(pylint):
        if isinstance(inner, Mapping):
            yield from pylint_section(inner, name.text)
    yield from flake8(data.at(tool, "flake8"))
    yield from facts.limit("black", "line-length", data.at(tool, "black", "line-length"), style=True)
    for rules in (data.at(tool, "ty", "rules"), data.at(tool, "pyrefly", "errors")):
        for key, value in data.items(rules):
            if isinstance(value, Scalar) and (strength := {"ignore": -1, "warn": 1, "false": -1}.get(value.text)):
                yield Fact("ty", key.text, strength, f"{key.text} = {value.text}", value.line, default=2)
    yield from facts.left_out("ty", "exclude", data.at(tool, "ty", "src", "exclude"))


def setup_cfg(page: Node) -> Iterator[Fact]:
    """setup.cfg, tox.ini, .flake8, mypy.ini and .coveragerc: what each section says, whichever file it stands in."""
    overrides: list[tuple[str, Mapping]] = []
    for name, section in data.items(page):
        if not isinstance(section, Mapping):
            continue
        head, _, rest = name.text.partition(":")
        if head in ("flake8", "mypy", "bandit", "coverage"):
            yield from facts.configured(head, section)
        if head == "flake8":
            yield from flake8(section)
        elif name.text == "mypy":
            yield from mypy(section)
        elif name.text.startswith("mypy-"):
            overrides += [(module, section) for module in name.text[5:].split(",")]
        elif name.text in ("coverage:run", "run", "coverage:report", "report"):
            yield from coverage(section if name.text.endswith("run") else None, section if name.text.endswith("report") else None)
        elif name.text in ("tool:pytest", "pytest"):
            yield from pytest(section)
        elif head == "pylint" or rest.startswith("pylint"):
            yield from pylint_section(section, name.text)
        elif name.text == "bandit":
            yield from bandit(section)
    for module, section in overrides:
        yield from mypy_module(module.strip(), section)


def pylintrc(page: Node) -> Iterator[Fact]:
    for name, section in data.items(page):
        if isinstance(section, Mapping):
            yield from pylint_section(section, name.text)


def ruff(table: Node | None) -> Iterator[Fact]:
    """Selected and ignored codes are told as they are written; ``compared`` asks what they come to."""
    if not isinstance(table, Mapping):
        return
    lint = data.at(table, "lint")
    selected = False
    for part in (table, lint):
        for key in ("select", "extend-select"):
            node = data.at(part, key)
            selected = selected or (key == "select" and node is not None)
            yield from (Fact("ruff", f"select {one.text}", 1, f"{key}: {one.text}", one.line) for one in data.texts(node))
        for key in ("ignore", "extend-ignore"):
            yield from (
                Fact("ruff", f"ignore {one.text}", -1, f"{key}: {one.text}", one.line) for one in data.texts(data.at(part, key))
            )
        for key in ("per-file-ignores", "extend-per-file-ignores"):
            for glob, codes in data.items(data.at(part, key)):
                if not facts.harmless(glob.text):
                    for one in data.texts(codes):
                        yield Fact("ruff", f"per-file {glob.text}\t{one.text}", -1, f"{key} {glob.text}: {one.text}", one.line)
        for key in ("exclude", "extend-exclude"):
            yield from facts.left_out("ruff", "exclude", data.at(part, key))
        yield from facts.limit("ruff", "max-complexity", data.at(part, "mccabe", "max-complexity"))
        for option, value in data.items(data.at(part, "pylint")):
            if option.text.startswith("max-"):
                yield from facts.limit("ruff", option.text, value)
    if not selected:
        yield from (Fact("ruff", f"select {code}", 1, f"select: {code} (the default)", table.line) for code in _RUFF)
    yield from facts.limit("ruff", "line-length", data.at(table, "line-length"), style=True)


def mypy(table: Node | None) -> Iterator[Fact]:
    if not isinstance(table, Mapping):
        return
    strict = data.truth(data.at(table, "strict")) is True
    yield from _mypy_flags("mypy", table, strict=strict)
    yield from facts.left_out("mypy", "exclude", _pattern(data.at(table, "exclude")))
    yield from facts.off("mypy", "disable_error_code", data.at(table, "disable_error_code"))
    yield from facts.on("mypy", "enable_error_code", data.texts(data.at(table, "enable_error_code")))
    yield from facts.flag("mypy", table, "ignore_missing_imports", good=False)
    follow = data.at(table, "follow_imports")
    if isinstance(follow, Scalar) and follow.text in ("skip", "silent"):
        yield Fact("mypy", "follow_imports", -1, f"follow_imports = {follow.text}", follow.line)
    overrides = data.at(table, "overrides")
    for one in overrides.items if isinstance(overrides, Sequence) else ():
        for module in data.texts(data.at(one, "module")):
            yield from mypy_module(module.text, one)


def _mypy_flags(tool: str, table: Node, *, strict: bool) -> Iterator[Fact]:
    for key in (*MYPY_STRICT, *_MYPY_MORE):
        given = data.at(table, key) is not None
        yield from facts.flag(tool, table, key)
        if strict and not given and key in MYPY_STRICT:
            line = getattr(data.at(table, "strict"), "line", table.line)
            yield Fact(tool, key, 1, f"{key} (by strict)", line, implied=True)
    for key in _MYPY_ON:
        yield from facts.flag(tool, table, key, default=1)
    for key in _MYPY_LAX:
        yield from facts.flag(tool, table, key, good=False)


def mypy_module(module: str, table: Node) -> Iterator[Fact]:
    """What is said of some modules. Others' modules that have no types are a remark on style."""
    for one in _mypy_flags("mypy", table, strict=False):
        # A module may have what all have: a setting of its own counts alone.
        yield Fact("mypy", f"{one.name} of {module}", one.strength, f"{one.shown} for {module}", one.line)
    for one in facts.off("mypy", "disable_error_code", data.at(table, "disable_error_code")):
        yield Fact("mypy", f"{one.name} of {module}", -1, f"{one.shown} for {module}", one.line)
    for one in facts.flag("mypy", table, "ignore_missing_imports", good=False):
        yield Fact("mypy", f"{one.name} of {module}", one.strength, f"{one.shown} for {module}", one.line, style=module != "*")
    follow = data.at(table, "follow_imports")
    if isinstance(follow, Scalar) and follow.text == "skip":
        yield Fact("mypy", f"follow_imports of {module}", -1, f"follow_imports = skip for {module}", follow.line, style=True)


def pyright(table: Node | None) -> Iterator[Fact]:
    if not isinstance(table, Mapping):
        return
    mode = data.at(table, "typeCheckingMode")
    if isinstance(mode, Scalar) and mode.text in _MODES:
        yield Fact("pyright", "typeCheckingMode", _MODES[mode.text], f"typeCheckingMode = {mode.text}", mode.line, default=2)
    for key, value in table.items:
        if key.text.startswith("report") and isinstance(value, Scalar) and value.text.lower() in _SEVERITIES:
            yield Fact("pyright", key.text, _SEVERITIES[value.text.lower()], f"{key.text} = {value.text}", value.line)
        elif key.text.startswith("strict") and key.text != "strict":
            yield from facts.flag("pyright", table, key.text)
    yield from facts.on("pyright", "strict", data.texts(data.at(table, "strict")))
    yield from facts.left_out("pyright", "exclude", data.at(table, "exclude"))
    yield from facts.left_out("pyright", "ignore", data.at(table, "ignore"))


def coverage(run: Node | None, report: Node | None) -> Iterator[Fact]:
    yield from facts.floor("coverage", "threshold", data.at(report, "fail_under"))
    for part in (run, report):
        yield from facts.left_out("coverage", "omit", data.at(part, "omit"))
    yield from facts.flag("coverage", run, "branch")
    for key in ("exclude_lines", "exclude_also"):
        node = data.at(report, key)
        lines = data.texts(node) if isinstance(node, Sequence) else _rows(node)
        for one in lines:
            if not any(word in one.text for word in _NEVER_RUN):
                yield Fact("coverage", f"exclude_lines {one.text}", -1, f"{key}: {one.text}", one.line)


def pytest(table: Node | None) -> Iterator[Fact]:
    """The threshold of the coverage alone: which tests are run is another rule's matter."""
    addopts = data.at(table, "addopts")
    words = [addopts] if isinstance(addopts, Scalar) else data.texts(addopts)
    for word in words:
        for part in word.text.split():
            if part.startswith("--cov-fail-under="):
                yield from facts.floor("coverage", "threshold", Scalar(part.partition("=")[2], word.line))
            elif part in ("--strict-markers", "--strict-config", "--strict"):
                yield Fact("pytest", part, 1, part, word.line)
    for name in ("xfail_strict", "strict"):
        yield from facts.flag("pytest", table, name)
    node = data.at(table, "filterwarnings")
    for one in data.texts(node) if isinstance(node, Sequence) else _rows(node):
        if one.text == "error":
            yield Fact("pytest", "filterwarnings error", 1, "filterwarnings = error", one.line)


def bandit(table: Node | None) -> Iterator[Fact]:
    yield from facts.off("bandit", "skips", data.at(table, "skips"))
    for key in ("exclude_dirs", "exclude"):
        yield from facts.left_out("bandit", "exclude", data.at(table, key))


def flake8(table: Node | None) -> Iterator[Fact]:
    for key in ("ignore", "extend-ignore", "extend_ignore"):
        yield from (
            Fact("flake8", f"ignore {code.text}", -1, f"{key}: {code.text}", code.line) for code in _codes(data.at(table, key))
        )
    for key in ("select", "extend-select", "extend_select"):
        yield from facts.on("flake8", "select", _codes(data.at(table, key)))
    for key in ("per-file-ignores", "per_file_ignores"):
        for row in _rows(data.at(table, key)):
            glob, _, codes = row.text.partition(":")
            if not facts.harmless(glob):
                yield from (
                    Fact("flake8", f"per-file {glob.strip()}\t{each}", -1, f"{key} {glob.strip()}: {each}", row.line)
                    for each in codes.replace(",", " ").split()
                )
    for key in ("exclude", "extend-exclude", "extend_exclude"):
        yield from facts.left_out("flake8", "exclude", data.at(table, key))
    for key in ("max-complexity", "max_complexity"):
        yield from facts.limit("flake8", "max-complexity", data.at(table, key))
    for key in ("max-line-length", "max_line_length"):
        yield from facts.limit("flake8", "max-line-length", data.at(table, key), style=True)


def pylint_section(table: Mapping, name: str) -> Iterator[Fact]:
    yield from facts.off("pylint", "disable", data.at(table, "disable"))
    yield from facts.on("pylint", "enable", data.texts(data.at(table, "enable")))
    yield from facts.floor("pylint", "fail-under", data.at(table, "fail-under"))
    for key in ("ignore", "ignore-paths", "ignore-patterns"):
        yield from facts.left_out("pylint", "ignore", data.at(table, key))
    for option, value in table.items:
        if option.text.startswith("max-"):
            yield from facts.limit("pylint", option.text, value, style="line" in option.text)


def _codes(node: Node | None) -> list[Scalar]:
    return [Scalar(part, one.line) for one in data.texts(node) for part in one.text.split()]


def _rows(node: Node | None) -> list[Scalar]:
    if isinstance(node, Sequence):
        return data.texts(node)
    if not isinstance(node, Scalar):
        return []
    return [Scalar(row.strip(), node.line + offset) for offset, row in enumerate(node.text.split("\n")) if row.strip()]


def _pattern(node: Node | None) -> Node | None:
    """mypy's exclude is a pattern: the paths in its alternatives."""
    found = list(chain.from_iterable(
        [Scalar(part.strip(" ^$()").removeprefix("?x").strip("()^$ "), one.line) for part in one.text.replace("\n", "|").split("|")]
        for one in ([node] if isinstance(node, Scalar) else data.texts(node))
    ))  # fmt: skip
    return Sequence(tuple(one for one in found if one.text), found[0].line) if found else None
