"""Which tests lie beside which files: by their folder, or by their name."""

import re
from collections.abc import Iterable

_FOLDERS = frozenset(
    (
        "__tests__",
        "tests",
        "test",
        "__mocks__",
        "__fixtures__",
        "fixtures",
        "spec",
        "specs",
        "e2e",
        "integration",
        "unit",
        "testdata",
    )
)
_MARKS = re.compile(r"^test_|_(?:test|spec)$|[-_.](?:test|spec|e2e|integration|unit)\b.*$")


class Beside:
    """Files, ready to be asked which tests belong to them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._folders: set[str] = set()
        self._stems: set[tuple[str, str]] = set()
        for path in paths:
            folder, stem = _home(path)
            self._folders.add(folder)
            self._stems.add((_package(path), stem))

    def has(self, path: str) -> bool:
        """Whether a test lies in the folder of one of the files, in a folder for tests in there, or has its name in its package."""
        folder, stem = _home(path)
        return folder in self._folders or (_package(path), stem) in self._stems


def _home(path: str) -> tuple[str, str]:
    """The folder that a file is at home in, folders for tests left out, and its name without what marks a test."""
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    return "/".join(folder for folder in folders if folder not in _FOLDERS), _MARKS.sub("", stem).lower()


def _package(path: str) -> str:
    """What two files have in common that belong together: the folders up to the one for sources or tests, at most three."""
    folders = path.split("/")[:-1]
    at = next((at for at, folder in enumerate(folders) if folder in _FOLDERS or folder in ("src", "lib", "app")), len(folders))
    return "/".join(folders[: min(at, 3)])
