"""What was asked for, and who said so: the command line is obeyed, files of the audited tree only as the merge base has them."""

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pytest_agentcompliance.reporters.text import shown

REPEATED = {"profile", "evidence", "output"}
PATHS = {"log", "policy", "reruns", "bundle"}

COMPARED = ("base", "head")  # what these name is the question itself: the tree that is asked about never puts it
OURS = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Asked:
    """``settings`` is all that counts, ``unsaid`` the part that pytest's configuration said and nobody on the command line.

    ``session`` are options for the audit: what it is to hold to the merge base.
    """

    repository: Path
    settings: dict[str, list[str]]
    unsaid: dict[str, list[str]]
    session: list[str]

    @property
    def outputs(self) -> list[tuple[str, str]]:
        """Formats, and the files that they go to; an empty one is the terminal."""
        return [(name, file) for name, _, file in (one.partition(":") for one in self.settings.get("output", ()))]

    def files(self, folder: Path) -> list[tuple[str, Path]]:
        """The outputs that go to files, as seen from a folder, and the bundle."""
        bundles = [("bundle", Path(file)) for file in self.settings.get("bundle", ())]
        return [(name, folder / file) for name, file in self.outputs if file] + bundles


def asked(config: pytest.Config, given: Any, parser: pytest.Parser, names: Sequence[str]) -> Asked:
    """``given`` is the command line alone. Raises ``pytest.UsageError`` for what is not to be decided where it was."""
    folder = config.invocation_params.dir
    elsewhere = parser.parse_known_args(shlex.split(os.environ.get("PYTEST_ADDOPTS", "")))
    if elsewhere.inifilename and not given.inifilename:
        raise pytest.UsageError("agent-compliance: PYTEST_ADDOPTS says which ini file counts; pass -c on the command line")
    here, there = _overridden(given), _overridden(elsewhere)
    options, settings, unsaid = config.known_args_namespace, dict[str, list[str]](), dict[str, list[str]]()
    for name in names:
        key = f"agent_compliance_{name}"
        if value := getattr(given, key):
            settings[name] = _values(name, value, folder)
        elif key in here:
            settings[name] = _values(name, config.getini(key), folder)
        elif getattr(elsewhere, key) or key in there:
            raise _refused("PYTEST_ADDOPTS", {name: _values("", getattr(elsewhere, key) or there.get(key, ""), folder)})
        elif value := getattr(options, key):  # addopts of a file
            unsaid[name] = _values(name, value, folder)
        elif value := config.getini(key):
            unsaid[name] = _values(name, value, config.inipath.parent if config.inipath else folder)
    only = options.agent_compliance_only and not (given.agent_compliance_only or elsewhere.agent_compliance_only)
    said = unsaid | ({"only": ["yes"]} if only else {})
    if compared := {name: values for name, values in said.items() if name in COMPARED}:
        raise _refused(_name(config), compared)
    session = _held(config, given, said, [*(name for name in names if name not in {*COMPARED, *settings}), "only"])
    found = settings | unsaid
    return Asked(_start(folder, given), {name: found[name] for name in names if name in found}, unsaid, session)


def said(config: pytest.Config, names: Sequence[str]) -> dict[str, list[str]]:
    """For checks written by hand, which are the tree's own: all that was said, wherever; but base and head as above."""
    found: dict[str, list[str]] = {}
    for name in names:
        value, start = getattr(config.option, f"agent_compliance_{name}", None), config.invocation_params.dir
        if not value and (value := config.getini(f"agent_compliance_{name}")):
            if name in COMPARED:
                raise _refused(_name(config), {name: [value]})
            start = config.inipath.parent if config.inipath else config.rootpath
        if value:
            found[name] = _values(name, value, start)
    return found


def around(config: pytest.Config) -> Path:
    """Pytest's root where that lies in a repository, else where pytest was started."""
    return config.rootpath if _top(config.rootpath) else config.invocation_params.dir


def _values(name: str, value: Any, start: Path) -> list[str]:
    values = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return [str(start / one) for one in values] if name in PATHS else values


def _overridden(options: Any) -> dict[str, str]:
    """What ``-o`` sets of ours."""
    pairs = (str(one).partition("=") for one in options.override_ini or ())
    return {key: value for key, _, value in pairs if key.startswith("agent_compliance_")}


def _name(config: pytest.Config) -> str:
    return str(config.inipath.name if config.inipath else "pytest's configuration")


def _refused(culprit: str, said: dict[str, list[Any]], why: str = "and is not to decide that") -> pytest.UsageError:
    what = ", ".join(f"{name}={value}" for name, values in said.items() for value in values)
    options = " ".join(f"--agent-compliance-{name}" for name in said)
    return pytest.UsageError(shown(f"agent-compliance: {culprit} sets {what}, {why}; pass {options} on the command line"))


def _held(config: pytest.Config, given: Any, said: dict[str, list[str]], open_names: Sequence[str]) -> list[str]:
    """What the audit is to hold to the merge base: the files that said something, or should have, and code that has run."""
    folder = config.invocation_params.dir
    top = _top(_start(folder, given))
    if top is None:
        return []  # the audit will say so
    searched = _ancestor(folder, given) or folder
    session = [f"--session-module={one}" for one in loaded(top)]
    if given.inifilename:
        file = folder / given.inifilename
        # One that lies elsewhere was chosen on the command line, and the run has not written it.
        held = file if file.is_file() and _inside(file, top) else None
    else:
        held = searched
        if said and (config.inipath is None or not (_inside(searched, config.inipath.parent) and _inside(config.inipath, top))):
            raise _refused(str(config.inipath or "pytest's configuration"), said, "and lies where nothing says who changed it")
    if said and any(str(one).startswith("@") for one in config.getini("addopts")):
        raise _refused(f"{_name(config)} with a file in its addopts", said)
    if held is not None:
        session += [f"--session-ini={held}", *(f"--session-setting={name}" for name in open_names)]
    return session


def loaded(top: Path) -> Iterator[Path]:
    """Files of the tree whose code has run in this process; installed packages may lie in the tree, and ours too."""
    tops = {f"{one}{os.sep}" for one in (top, top.resolve())}
    apart = tuple(f"{one}{os.sep}" for one in {sys.prefix, sys.base_prefix, str(OURS)} if f"{one}{os.sep}" not in tops)
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.startswith(tuple(tops)) and not file.startswith(apart) and "site-packages" not in file:
            yield Path(file)


def _start(folder: Path, given: Any) -> Path:
    """A folder of the repository: where pytest was started, else what it was told to look at. Its configuration has no say."""
    if given.rootdir:
        return Path(folder, os.path.expandvars(given.rootdir))
    here, there = _top(folder), _ancestor(folder, given)
    if there is None or _top(there) is None or (here is not None and _inside(there, here)):
        return folder
    return there


def _ancestor(folder: Path, given: Any) -> Path | None:
    """The folder that has all that the command line names; None where it names nothing that is there."""
    paths = [folder / str(one).partition("::")[0] for one in given.file_or_dir]
    folders = [str(one if one.is_dir() else one.parent) for one in paths if one.exists()]
    try:
        return Path(os.path.normpath(os.path.commonpath(folders))) if folders else None
    except ValueError:  # two drives
        return None


def _top(folder: Path) -> Path | None:
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)


def _inside(path: Path, folder: Path) -> bool:
    """A link counts where it lies and where it leads."""
    top = folder.resolve()
    return (path.parent.resolve() / path.name).is_relative_to(top) or path.resolve().is_relative_to(top)
