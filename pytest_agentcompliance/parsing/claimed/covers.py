"""Which files a check speaks for: code, in the language that its tool reads, where it ran."""

import re
from collections.abc import Iterable
from posixpath import normpath

from pytest_agentcompliance.parsing.work import Check

_SCRIPT = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte", ".astro")
_PYTHON = (".py", ".pyi", ".pyx")
_JVM = (".java", ".kt", ".kts", ".scala", ".groovy")
_C = (".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".m", ".mm")
_OTHERS = (
    ".go",
    ".rs",
    ".rb",
    ".php",
    ".cs",
    ".swift",
    ".dart",
    ".ex",
    ".exs",
    ".hs",
    ".pony",
    ".zig",
    ".lua",
    ".pl",
    ".sql",
    ".prisma",
    ".sol",
)
CODE = _SCRIPT + _PYTHON + _JVM + _C + _OTHERS
_TOOLS: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    (frozenset(("pytest", "py.test", "unittest", "mypy", "pyright", "ruff", "flake8", "pylint", "black", "tox", "nox")), _PYTHON),
    (frozenset(("jest", "vitest", "mocha", "playwright", "cypress", "tsc", "vue-tsc", "eslint", "ava", "karma", "vite")), _SCRIPT),
    (frozenset(("go", "golangci-lint")), (".go",)),
    (frozenset(("cargo", "clippy")), (".rs",)),
    (frozenset(("mvn", "gradle", "gradlew")), _JVM),
    (frozenset(("prisma",)), (".prisma", ".sql")),
)  # fmt: skip
_TEST_FILE = re.compile(r"(?:^|/)(?:tests?|__tests__|specs?|e2e)/|(?:^|/)(?:test_[^/]*|[^/]*(?:_test|\.test|\.spec))\.\w+$")
_COMMENT = re.compile(r"^\s*(?://|#(?!include|!)|\*|/\*|<!--|--\s|\"\"\"|'''|$)")
_GENERATED = re.compile(
    r"(?i)(?:^|/)(?:[^/]*(?:-lock\.\w+|\.lock|lock\.yaml|\.lockb|\.snap|\.min\.js|\.map|\.pyc|\.tsbuildinfo|\.log)|go\.sum"
    r"|npm-shrinkwrap\.json|next-env\.d\.ts|dist/.*|build/.*|out/.*|coverage/.*|generated/.*|__generated__/.*"
    r"|node_modules/.*|vendor/.*"
    r"|\.next/.*|target/.*|__pycache__/.*|[^/]*\.(?:gen|generated|pb)\.\w+|[^/]*_pb2?\w*\.pyi?|migrations/.*|__snapshots__/.*)$"
)
_BINARY = (".png", ".jpg", ".jpeg", ".gif", ".ico", ".pdf", ".woff", ".woff2", ".ttf", ".zip", ".gz", ".svg", ".webp")


def is_code(path: str) -> bool:
    return path.lower().endswith(CODE)


def made_by_tools(path: str) -> bool:
    """Whether a path is that of a lockfile, or of what tools write."""
    return bool(_GENERATED.search(path)) or path.lower().endswith(_BINARY)


def is_inside(path: str) -> bool:
    """Whether a path of a transcript lies in the repository."""
    return bool(path) and not path.startswith(("/", "~", "../")) and ":" not in path[:3]


def comments_only(before: str | None, after: str | None) -> bool:
    """Whether an edit left the code what it was: only comments, blank lines and white space differ."""
    if before is None or after is None or len(before) > 100_000 or len(after) > 100_000:
        return False
    return _code(before) == _code(after)


def _code(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split("\n") if not _COMMENT.match(line)]


def speaks_for(check: Check, tool: str, folder: str, path: str, folders: Iterable[str] = ()) -> bool:
    """Whether a check by this tool, run in this folder, says anything of a file. ``folders``: those of the root."""
    if check == "build" and _TEST_FILE.search(path):
        return False
    endings = next((ends for names, ends in _TOOLS if tool in names), (".prisma", ".sql") if check == "schema" else CODE)
    return path.lower().endswith(endings) and within(path, folder, folders)


def languages(tool: str) -> frozenset[str]:
    """The endings of the files that a tool reads; of any code, where it is not known."""
    return frozenset(next((ends for names, ends in _TOOLS if tool in names), CODE))


def within(path: str, folder: str, folders: Iterable[str] = ()) -> bool:
    """Whether a path lies in the folder where a check ran; one outside of the repository is taken for its end, or its root."""
    folder = placed(folder, folders)
    return not folder or path.startswith(folder + "/")


def placed(folder: str, folders: Iterable[str]) -> str:
    """A folder as the repository has it; nothing for its root, and where it cannot be told."""
    if not folder or folder == ".":
        return ""
    folder = normpath(folder[:1000]).strip("/") if not folder.startswith("../") else folder.replace("../", "")
    known = frozenset(folders)
    parts = folder.split("/")
    if not known:
        return "" if len(parts) > 3 else folder
    at = next((at for at, part in enumerate(parts) if part in known and "/".join(parts[: at + 1]) != ""), None)
    # The last of its folders that lies at the top of the repository: /home/me/shop/backend is backend.
    last = max((at for at, part in enumerate(parts) if part in known), default=at)
    return "/".join(parts[last:]) if last is not None else ""
