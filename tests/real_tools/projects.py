"""Small projects on which a real tool is green, red, has nothing to do, or is told to leave everything out."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_agentcompliance.parsing.work import Work

NODE = "AGENT_COMPLIANCE_NODE"  # names a folder with the node_modules that node/package-lock.json pins
NODE_TOOLS = ("vitest", "jest", "mocha", "tsc", "eslint")
PYTHON_TOOLS = ("pytest", "unittest", "ruff", "mypy")
TOOLS = (*PYTHON_TOOLS, *NODE_TOOLS, "cargo")
STATES = ("green", "red", "empty", "filtered")


@dataclass(frozen=True)
class Project:
    """A folder and the command to run in it; ``work`` is what it must be read as, with its exit code."""

    folder: Path
    command: tuple[str, ...]
    work: tuple[Work, ...]
    exit_code: int


def green(tool: str, folder: Path) -> Project:
    """All is well."""
    return _made(tool, "green", folder)


def red(tool: str, folder: Path) -> Project:
    """One failure or one error."""
    return _made(tool, "red", folder)


def empty(tool: str, folder: Path) -> Project:
    """Nothing of what the tool looks for."""
    return _made(tool, "empty", folder)


def filtered(tool: str, folder: Path) -> Project:
    """The red project with an option that leaves out all that would fail, and all tests."""
    return _made(tool, "filtered", folder)


MAKERS: dict[str, Callable[[str, Path], Project]] = {"green": green, "red": red, "empty": empty, "filtered": filtered}


def missing(tool: str) -> str:
    """Why a tool cannot be run here; empty where it can."""
    if tool in NODE_TOOLS:
        if not os.environ.get(NODE):
            return f"{NODE} names no folder with Node packages"
        return "" if (_node() / ".bin" / tool).exists() else f"{tool} is not in {NODE}"
    if tool in PYTHON_TOOLS:
        return ""  # the environment of the tests has them
    if shutil.which(tool) is None:
        return f"{tool} is not installed"
    version = "version" if tool == "go" else "--version"  # rustup's cargo is there before any toolchain is
    works = subprocess.run([tool, version], env=environment(), capture_output=True, check=False).returncode == 0
    return "" if works else f"{tool} is installed, and cannot say its version"


def environment() -> dict[str, str]:
    """What the tools see: no colours that are asked for, no home, nothing of CI."""
    kept = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "HOME", "CARGO_HOME", "RUSTUP_HOME", "LD_LIBRARY_PATH")
    return {key: os.environ[key] for key in kept if key in os.environ} | {
        "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "NO_UPDATE_NOTIFIER": "1", "CARGO_NET_OFFLINE": "true",
    }  # fmt: skip


def _node() -> Path:
    return Path(os.environ[NODE]) / "node_modules"


def _made(tool: str, state: str, folder: Path) -> Project:
    reason = missing(tool)
    if reason:
        pytest.skip(reason)
    files, command, works, exit_code = _PROJECTS[tool](state)
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    if tool in NODE_TOOLS and not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(_node(), target_is_directory=True)
    return Project(folder, command, works, exit_code)


_Spec = tuple[dict[str, str], tuple[str, ...], tuple[Work, ...], int]


def _tests(  # noqa: PLR0917 - in the order of the fields of Work
    tool: str, passed: int, failed: int, skipped: int = 0, collected: int = -1, selected: int | None = -1
) -> tuple[Work, ...]:
    collected = passed + failed + skipped if collected < 0 else collected
    selected = collected if selected == -1 else selected
    return (Work(tool, "tests", passed, failed, skipped, collected, selected),)


def _pytest(state: str) -> _Spec:
    wrong = "def test_three():\n    assert 1 + 1 == 3\n" if state == "red" else ""
    files = {"test_sums.py": f"def test_one():\n    assert 1 + 0 == 1\n\n\ndef test_two():\n    assert 1 + 1 == 2\n\n\n{wrong}"}
    command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *(("-k", "nothing") if state == "filtered" else ()))
    if state == "empty":
        return {"sums.py": ""}, command, _tests("pytest", 0, 0), 5
    if state == "filtered":
        return files, command, _tests("pytest", 0, 0, 0, 2, 0), 5
    return files, command, _tests("pytest", 2, int(state == "red")), int(state == "red")


def _unittest(state: str) -> _Spec:
    wrong = "    def test_three(self):\n        self.assertEqual(1 + 1, 3)\n" if state == "red" else ""
    files = {
        "test_sums.py": f"import unittest\n\n\nclass Sums(unittest.TestCase):\n    def test_two(self):\n        pass\n\n{wrong}"
    }
    command = (sys.executable, "-m", "unittest", "discover", *(("-k", "nothing") if state == "filtered" else ()))
    if state in ("empty", "filtered"):  # which is an error since Python 3.12
        return {} if state == "empty" else files, command, _tests("unittest", 0, 0), 5 if sys.version_info >= (3, 12) else 0
    return files, command, _tests("unittest", 1, int(state == "red")), int(state == "red")


def _ruff(state: str) -> _Spec:
    files = {"sums.py": "import os\n" if state in ("red", "filtered") else "x = 1\n"}
    command = (
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--no-cache",
        "--isolated",
        *(("--select", "E9") if state == "filtered" else ()),
    )
    errors = {"red": 1, "empty": None}.get(state, 0)
    return {} if state == "empty" else files, command, (Work("ruff", "lint", errors=errors),), int(state == "red")


def _mypy(state: str) -> _Spec:
    files = {"sums.py": "x: int = 1\n", "wrong.py": "y: int = 'two'\n" if state in ("red", "filtered") else "y = 2\n"}
    command = (sys.executable, "-m", "mypy", f"--cache-dir={os.devnull}", "sums.py" if state == "filtered" else ".")
    if state == "empty":
        return {}, command, (), 2
    return files, command, (Work("mypy", "type check", errors=int(state == "red")),), int(state == "red")


def _script_tests(tool: str, state: str, *, heading: str, options: tuple[str, ...], none: tuple[str, ...], name: str) -> _Spec:
    wrong = "test('three', () => { if (1 + 1 !== 3) throw new Error('sum') })\n" if state == "red" else ""
    text = f"{heading}test('one', () => {{}})\ntest('two', () => {{}})\n{wrong}"
    command = (f"node_modules/.bin/{tool}", *options, *(none if state == "filtered" else ()))
    if state == "empty":
        return {"package.json": "{}"}, command, _tests(tool, 0, 0, 0), 1
    selected = {"vitest": None, "jest": 0 if state == "filtered" else None}.get(tool, -1)  # where the tool says it
    skipped = 2 if state == "filtered" and tool != "mocha" else 0
    passed = 0 if state == "filtered" else 2
    works = _tests(tool, passed, int(state == "red"), skipped, -1, selected)
    return {"package.json": "{}", name: text}, command, works, int(state == "red")


def _vitest(state: str) -> _Spec:
    heading = "import { test } from 'vitest'\n"
    return _script_tests("vitest", state, heading=heading, options=("run",), none=("-t", "nothing"), name="sums.test.mjs")


def _jest(state: str) -> _Spec:
    options = ("--no-cache", "--no-watchman")
    return _script_tests("jest", state, heading="", options=options, none=("-t", "nothing"), name="sums.test.js")


def _mocha(state: str) -> _Spec:
    return _script_tests("mocha", state, heading="", options=("--ui", "tdd"), none=("-g", "nothing"), name="test/sums.js")


def _tsc(state: str) -> _Spec:
    config = '{"compilerOptions": {"strict": true, "types": []}, "include": ["*.ts"]}'
    files = {"tsconfig.json": config, "sums.ts": "export const x: number = 1\n"}
    if state in ("red", "filtered"):
        files["wrong.ts"] = "export const y: number = 'two'\n"
    if state == "empty":  # which tsc calls an error
        del files["sums.ts"]
    broken = state in ("red", "empty")
    command = ("node_modules/.bin/tsc", "--noEmit", *(("sums.ts",) if state == "filtered" else ()))
    return files, command, (Work("tsc", "type check", errors=1),) if broken else (), 2 if broken else 0


def _eslint(state: str) -> _Spec:
    files = {"eslint.config.mjs": "export default [{ rules: { 'no-undef': 'error' } }]\n"}
    if state != "empty":
        files["sums.js"] = "unknown()\n" if state in ("red", "filtered") else "export const x = 1\n"
    place = "lib" if state == "empty" else "sums.js"  # a folder that is not there
    command = ("node_modules/.bin/eslint", place, *(("--rule", "no-undef: off") if state == "filtered" else ()))
    works = (Work("eslint", "lint", errors=1, warnings=0),) if state == "red" else ()
    return files, command, works, {"red": 1, "empty": 2}.get(state, 0)


def _cargo(state: str) -> _Spec:
    wrong = "    #[test]\n    fn three() { assert_eq!(1 + 1, 3); }\n" if state == "red" else ""
    tests = f"#[cfg(test)]\nmod tests {{\n    #[test]\n    fn two() {{ assert_eq!(1 + 1, 2); }}\n{wrong}}}\n"
    files = {
        "Cargo.toml": '[package]\nname = "sums"\nversion = "0.1.0"\nedition = "2021"\n',
        "src/lib.rs": "" if state == "empty" else tests,
    }
    command = ("cargo", "test", *(("nothing",) if state == "filtered" else ()))
    ran = state in ("green", "red")
    collected = 1 if state == "filtered" else -1
    works = _tests("cargo", int(ran), int(state == "red"), 0, collected, 0 if state == "filtered" else -1)
    return files, command, works, 101 if state == "red" else 0


_PROJECTS: dict[str, Callable[[str], _Spec]] = {
    "pytest": _pytest, "unittest": _unittest, "ruff": _ruff, "mypy": _mypy, "vitest": _vitest, "jest": _jest, "mocha": _mocha,
    "tsc": _tsc, "eslint": _eslint, "cargo": _cargo,
}  # fmt: skip
