"""New folders at the root of the repository."""

from collections.abc import Collection, Iterable, Iterator

from pytest_agentcompliance.parsing.choices import Choice
from pytest_agentcompliance.parsing.choices.services import infrastructure
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.manifests import is_manifest

_PAPERS = (".md", ".mdx", ".txt", ".rst", ".adoc", ".pdf", ".log")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".ico", ".icns", ".bmp")
_KNOWN = {  # folders that decide nothing, by their names
    "test-results": "it holds what tests report",
    "playwright-report": "it holds what tests report",
    "coverage": "it holds what tests report",
    "htmlcov": "it holds what tests report",
    "examples": "it holds examples",
    "patches": "it holds patches",
    "docs": "it holds documents",
    "doc": "it holds documents",
    "documentation": "it holds documents",
}
_DATA = frozenset({"yaml", "jsonc", "toml", "ini", "properties", "tex", "markdown", "css", "http"})
FEW = 3  # files of a folder that decides nothing as long as none of them is code


def taken(before: Collection[str], added: Iterable[str], tests: Iterable[str] = ()) -> Iterator[Choice]:
    """The folders at the root in which head has files and base has none, each with its first file; ``tests``: globs of tests."""
    of_tests = tuple(tests)
    new: dict[str, list[str]] = {}
    for path in sorted(added):
        folder, slash, _ = path.partition("/")
        if slash:
            new.setdefault(folder, []).append(path)
    if not new:
        return
    known = {path.partition("/")[0] for path in before}
    for folder, paths in new.items():
        if folder not in known:
            count = f"{len(paths)} files" if len(paths) > 1 else "one file"
            yield Choice(
                "folder",
                folder,
                paths[0],
                None,
                f"a folder at the root of the repository, of {count}",
                (f"{folder}/",),
                minor=_minor(folder, paths, of_tests),
            )


def _minor(folder: str, paths: list[str], tests: tuple[str, ...]) -> str:
    """Why a folder is less than a decision; empty where it is one."""
    if all(path.lower().endswith(_PAPERS) for path in paths):
        return "it holds documents alone"
    if folder.startswith("."):
        return "it is a tool's"
    if folder.lower() in _KNOWN:
        return _KNOWN[folder.lower()]
    if all(path.lower().endswith(_PICTURES) for path in paths):
        return "it holds pictures alone"
    if tests and all(matches(path, tests) for path in paths):
        return "it holds tests alone"
    if len(paths) <= FEW and all(map(_is_data, paths)):
        return "it holds neither code nor infrastructure"
    return ""


def _is_data(path: str) -> bool:
    """Whether a file, by its name, is neither code nor a manifest nor infrastructure; one without an ending may be a script."""
    if "." not in path.rpartition("/")[2] or is_manifest(path) or infrastructure(path) is not None:
        return False
    language = language_of(path)
    return language is None or language.name in _DATA
