"""Which stack a tree is built with, Node or Python, and where the projects of it lie."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Literal

Stack = Literal["node", "python"]
STACKS: tuple[Stack, ...] = ("node", "python")

MANIFESTS: Mapping[Stack, tuple[str, ...]] = {
    "node": ("package.json",), "python": ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt"),
}  # fmt: skip
ENDINGS: Mapping[Stack, tuple[str, ...]] = {
    "node": (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".prisma"), "python": (".py",),
}  # fmt: skip
_ASIDE = frozenset(
    ("node_modules", "fixtures", "__fixtures__", "testdata", "examples", "example", "templates", "template", "samples", "vendor")
)


def stacks(paths: Iterable[str], text_of: Callable[[str], str] | None = None, folder: str = "") -> tuple[Stack, ...]:
    """The stacks of a tree, or of a folder of it: manifest and code; without a manifest, that of most code.

    ``text_of`` reads a manifest: a pyproject.toml or a setup.cfg that only configures tools makes no project beside a package.json.
    """
    root = f"{folder}/" if folder else ""
    inside = [path for path in paths if path.startswith(root) and not lies_aside(path)]
    code = {stack: sum(path.lower().endswith(ENDINGS[stack]) for path in inside) for stack in STACKS}
    found = [stack for stack in STACKS if code[stack] and any(_is_project(path, stack, text_of) for path in inside)]
    if found or not any(code.values()):
        return tuple(found)
    return (max(STACKS, key=lambda stack: code[stack]),)


def _is_project(path: str, stack: Stack, text_of: Callable[[str], str] | None) -> bool:
    name = path.rpartition("/")[2]
    if name not in MANIFESTS[stack]:
        return False
    if text_of is None or name not in ("pyproject.toml", "setup.cfg"):
        return True
    text = text_of(path)
    return not text or any(table in text for table in ("[project]", "[tool.poetry", "[metadata]", "[options]", "dependencies"))


def folders(paths: Iterable[str], stack: Stack) -> frozenset[str]:
    """The folders of a tree that have a manifest of the stack; the root is empty."""
    return frozenset(path.rpartition("/")[0] for path in paths if path.rpartition("/")[2] in MANIFESTS[stack])


def lies_aside(path: str) -> bool:
    """Whether a file is none of a project's code: an example, a fixture, or what a tool keeps (`.claude`, `.github`)."""
    parts = path.split("/")[:-1]
    return not _ASIDE.isdisjoint(parts) or any(one.startswith(".") for one in parts)


def above(path: str) -> Iterator[str]:
    """The folders above a path, the nearest first; the root is empty."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def nearest(path: str, among: Collection[str]) -> str | None:
    """The nearest of some folders above a path."""
    return next((one for one in above(path) if one in among), None)
