"""Which tools a command runs with, as far as that can be told without running anything of the tree, and the files that pin them.

Versions are read where they lie: beside the tool that is found on PATH, in ``node_modules``, in an environment of Python's. Only
what lies outside of the repository is asked, outside of it, for its version.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

LOCKS = (
    "package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "uv.lock", "poetry.lock", "Pipfile.lock", "Cargo.lock",
    "go.sum",
)  # fmt: skip
REQUIREMENTS = re.compile(r"requirements[\w.-]{0,80}\.txt")
LIMIT = 64 * 1024 * 1024  # bytes of a lockfile
PATIENCE = 3.0  # seconds for a tool that says its version
MANIFEST = 1024 * 1024  # bytes
MANAGERS = frozenset({"npm", "npx", "pnpm", "pnpx", "yarn", "yarnpkg", "corepack"})
PYTHONS = re.compile(r"(?:python|pypy)(?:\d+(?:\.\d+)?)?|py")
ASKED: Mapping[str, tuple[str, ...]] = {
    "node": ("--version",), "bun": ("--version",), "deno": ("--version",), "go": ("version",), "cargo": ("--version",),
    "uv": ("--version",), "git": ("--version",),
}  # fmt: skip
OF: Mapping[str, str] = {"npx": "npm", "pnpx": "pnpm", "yarnpkg": "yarn", "py.test": "pytest", "uvx": "uv", "bunx": "bun"}
# What a project installs for itself, by the word that is typed.
PACKAGES: Mapping[str, str] = {"tsc": "typescript", "playwright": "@playwright/test", "prisma": "prisma", "next": "next"}
WORD = re.compile(r"@?[A-Za-z][\w./-]{0,60}")
NUMBER = re.compile(r"\d+\.\d+[\w.+-]{0,40}")
WORDS = 12  # of a command that are looked at
Environ = Mapping[str, str]


def lockfiles(root: Path, folder: str) -> dict[str, str]:
    """The digests of the files that pin versions, at the root and where the command runs; by their paths from the root on."""
    found = {}
    for below in dict.fromkeys(("", folder)):
        for name in _locks(root / below):
            path = f"{below}/{name}" if below else name
            if digest := _digest(root / path):
                found[path] = digest
    return found


def versions(command: Sequence[str], root: Path, folder: str, environ: Environ) -> dict[str, str]:
    """The tools that a command names, with the version of each that can be told."""
    found: dict[str, str] = {}
    for word in _words(command):
        for name, version in _of(word, root, folder, environ):
            if version:
                found.setdefault(name, version[:80])
    return found


def _locks(folder: Path) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(name for name in names if name in LOCKS or REQUIREMENTS.fullmatch(name))


def _digest(file: Path) -> str:
    with suppress(OSError):
        if not file.is_symlink() and file.is_file() and file.stat().st_size <= LIMIT:
            with file.open("rb") as opened:
                return hashlib.file_digest(opened, "sha256").hexdigest()
    return ""


def _words(command: Sequence[str]) -> Iterator[str]:
    """The words that may name a tool: those of the command, and those of a line that it hands to a shell."""
    words: list[str] = []
    for word in command[:WORDS]:
        words += word.split()[:WORDS] if " " in word else [word]
    return iter(dict.fromkeys(word for word in words[: 2 * WORDS] if "/" in word or WORD.fullmatch(word)))


def _of(word: str, root: Path, folder: str, environ: Environ) -> Iterator[tuple[str, str]]:
    stem = os.path.basename(word).removesuffix(".exe").removesuffix(".cmd")
    name = OF.get(stem, stem)
    at = _found(word, root / folder, environ)
    if name in MANAGERS or stem in MANAGERS:
        if at:
            yield _installed_beside(at, name)
        yield "node", _asked("node", root, folder, environ)
    elif PYTHONS.fullmatch(stem):
        if at:
            yield "python", _python(at, root)
    elif name in ASKED:
        yield name, _asked(name, root, folder, environ)
    elif version := _of_project(PACKAGES.get(name, name), root, folder):
        yield PACKAGES.get(name, name), version
        yield "node", _asked("node", root, folder, environ)
    elif at and (version := _distribution(at, name)):
        yield name, version
        yield "python", _python(at, root)
    elif at is None and "." not in name and (version := _module(name, root, folder, environ)):
        yield name, version


def _found(word: str, here: Path, environ: Environ) -> Path | None:
    """Where the system finds a tool; a word with a folder in it lies where it says."""
    if os.sep in word or "/" in word:
        places: Iterable[Path] = [here / word]
    else:
        places = (Path(folder, word) for folder in environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(folder))
    for place in places:
        with suppress(OSError):
            if place.is_file() and os.access(place, os.X_OK):
                return place
    return None


def _asked(name: str, root: Path, folder: str, environ: Environ) -> str:
    """What a tool outside of the repository says of itself, asked at the top of the file system: no file pins another there."""
    at = _found(name, root / folder, environ)
    return _said(at, ASKED.get(name, ("--version",)), root) if at else ""


def _said(at: Path, words: Sequence[str], root: Path) -> str:
    # Neither what is run nor the link to it may lie in the tree.
    if any(one.is_relative_to(root) for one in (at.resolve(), at.parent.resolve())):
        return ""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "SYSTEMROOT", "TEMP", "TMP") if key in os.environ}
    environ = kept | {"GOTOOLCHAIN": "local", "LC_ALL": "C", "RUSTUP_AUTO_INSTALL": "0"}
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            [str(at), *words],
            cwd=at.anchor,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        number = NUMBER.search(done.stdout[:500].decode("utf-8", "replace"))
        return number[0] if number else ""
    return ""


def _installed_beside(at: Path, name: str) -> tuple[str, str]:
    """A package manager is not asked: it would look into the tree, and bring what a file there names."""
    with suppress(OSError):
        for above in list(at.resolve().parents)[:5]:
            found = _manifest(above / "package.json")
            if found.get("name") and found.get("version"):
                return found["name"] if found["name"] in MANAGERS else name, found["version"]
    return name, ""


def _of_project(package: str, root: Path, folder: str) -> str:
    """The version of a package that a project installed, nearest to where the command runs."""
    if ".." in package or package.startswith("/"):
        return ""
    here = root / folder
    for above in (here, *here.parents):
        found = _manifest(above / "node_modules" / package / "package.json")
        if found.get("version"):
            return found["version"]
        if above == root:
            break
    return ""


def _manifest(file: Path) -> dict[str, str]:
    with suppress(OSError, ValueError, RecursionError):
        if file.is_file() and file.stat().st_size <= MANIFEST:
            found = json.loads(file.read_bytes())
            if isinstance(found, dict):
                return {key: value for key, value in found.items() if isinstance(value, str)}
    return {}


def _python(at: Path, root: Path) -> str:
    """The version of an environment's Python, read; of another one, ours or one that is asked."""
    for line in _lines(at.parent.parent / "pyvenv.cfg"):
        key, _, value = line.partition("=")
        if key.strip() in ("version", "version_info"):
            return ".".join(value.strip().split(".")[:3])
    with suppress(OSError):
        if at.resolve() == Path(sys.executable).resolve():
            return ".".join(map(str, sys.version_info[:3]))
    return _said(at, ("--version",), root) if PYTHONS.fullmatch(at.name) else ""


def _lines(file: Path) -> list[str]:
    with suppress(OSError):
        if file.is_file() and file.stat().st_size <= MANIFEST:
            return file.read_text("utf-8", "replace").splitlines()
    return []


def _distribution(at: Path, name: str) -> str:
    """The version of a tool of Python's, by the folder that its installation left in the environment that it lies in."""
    prefix = at.parent.parent
    folders = [*prefix.glob("lib/python3*/site-packages"), prefix / "Lib" / "site-packages"]
    stem = re.sub(r"[-_.]+", "_", name)
    for folder in folders:
        for found in sorted(folder.glob(f"{stem}-*.dist-info")):
            return found.name.removesuffix(".dist-info").rpartition("-")[2]
    return ""


def _module(name: str, root: Path, folder: str, environ: Environ) -> str:
    """``python -m NAME``: of the environment of the Python that the command would find."""
    find: Callable[[str], Path | None] = lambda word: _found(word, root / folder, environ)  # noqa: E731
    at = find("python3") or find("python")
    return _distribution(at, name) if at else ""
