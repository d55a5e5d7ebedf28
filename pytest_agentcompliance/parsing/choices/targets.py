"""What the compiler, the bundler or the runtime is asked for: a target that head changes where base had set another."""

import re
from collections.abc import Iterator
from posixpath import basename

from pytest_agentcompliance.parsing.choices import LONGEST, Choice, lines
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.late import late

_TSCONFIG = late(r"(?:ts|js)config(?:[.-][\w.-]{1,60})?\.json")
_COMPILER = late(r'"(target|module|moduleResolution|jsx)"\s{0,20}:\s{0,20}"([^"\n]{1,40})"')
_BUNDLER = late(
    r"(?:vite|vitest|tsup|esbuild|rollup|webpack|rspack|rsbuild|tsdown|next|nuxt|astro|svelte|babel|swc)(?:\.\w{1,20}){0,2}\.config\.\w{2,3}|\.swcrc"
)
_TARGET = late(r"""\btarget["']?\s{0,10}:\s{0,10}(\[[^\]\n]{0,200}\]|["'][^"'\n]{1,60}["'])""")
_ENGINES = late(r'"engines"\s{0,20}:\s{0,20}\{([^{}]{0,500})\}')
_ENGINE = late(r'"(node)"\s{0,10}:\s{0,10}"([^"\n]{1,60})"')
_MANAGER = late(r'"packageManager"\s{0,10}:\s{0,10}"([a-z]{2,10})@')
_PYTHON = late(r"^[ \t]*(requires-python|python_requires)[ \t]*=[ \t]*[\"']?([^\"'\n#]{1,60})", re.MULTILINE)
_GO = late(r"^(go)[ \t]+(\d+\.\d+)", re.MULTILINE)
_CARGO = late(r"^(edition|rust-version)[ \t]*=[ \t]*\"([^\"\n]{1,20})\"", re.MULTILINE)
_PINNED = {".nvmrc": "node", ".node-version": "node", ".python-version": "python", ".ruby-version": "ruby", ".java-version": "java"}

# What documents call the runtime that a setting is of.
_TOOLS = {
    "engines.node": ("node", "node.js"),
    "the pinned node": ("node", "node.js"),
    "the pinned python": ("python",),
    "requires-python": ("python",),
    "python_requires": ("python",),
    "go": ("go",),
    "rust-version": ("rust",),
}

Setting = tuple[str, str, int]  # what is set, to what, and the offset


def is_for(path: str) -> bool:
    """Whether files of this name set a target."""
    name = basename(path)
    return (
        name in ("package.json", "pyproject.toml", "setup.cfg", "go.mod", "Cargo.toml") or name in _PINNED
        or _TSCONFIG.fullmatch(name) is not None or _BUNDLER.fullmatch(name) is not None
    )  # fmt: skip


def taken(before: str, after: str, path: str) -> Iterator[Choice]:
    """The targets that both sides set, and head differently."""
    if not before or not after or max(len(before), len(after)) > LONGEST:
        return
    old = {what: value for what, value, _ in _read(before, path)}
    line = lines(after)
    told: set[str] = set()
    for what, value, at in sorted(_read(after, path), key=lambda one: one[2]):
        was = old.get(what)
        if was is not None and was.casefold() != value.casefold() and what not in told:
            told.add(what)
            yield Choice("target", value, path, line(at), f"{what} was {was} and is {value}", _aliases(what, value))


def _aliases(what: str, value: str) -> tuple[str, ...]:
    number, tool = re.search(r"\d+(?:\.\d+)?", value), _TOOLS.get(what)
    if number is None or tool is None:
        return ()
    return tuple(f"{name}{gap}{number[0]}" for name in tool for gap in (" ", "", " v"))


def _read(text: str, path: str) -> Iterator[Setting]:
    name = basename(path)
    if name in _PINNED:
        value = text.strip()[:40].removeprefix("v")
        if value:
            yield f"the pinned {_PINNED[name]}", ".".join(value.split(".")[: 2 if _PINNED[name] == "python" else 1]), 0
        return
    code = blanked(text, path)
    if _TSCONFIG.fullmatch(name):
        yield from ((f"compilerOptions.{one[1]}", one[2], one.start()) for one in _COMPILER.finditer(code))
    elif _BUNDLER.fullmatch(name):
        yield from (
            ("the bundler's target", re.sub(r"[\s\"']+", "", one[1]), one.start())
            for one in _TARGET.finditer(code)
            if "://" not in one[1]
        )
    elif name == "package.json":
        for block in _ENGINES.finditer(code):
            yield from ((f"engines.{one[1]}", one[2], block.start(1) + one.start()) for one in _ENGINE.finditer(block[1]))
        yield from (("the package manager", one[1], one.start()) for one in _MANAGER.finditer(code))
    elif name in ("pyproject.toml", "setup.cfg"):
        yield from ((one[1], one[2].strip(), one.start()) for one in _PYTHON.finditer(code))
    elif name == "go.mod":
        yield from ((one[1], one[2], one.start()) for one in _GO.finditer(code))
    elif name == "Cargo.toml":
        yield from ((one[1], one[2], one.start()) for one in _CARGO.finditer(code))
