"""The dependencies that Python's manifests give: pyproject.toml, Pipfile, requirements, setup.cfg, and setup.py roughly."""

import re
from collections.abc import Iterator
from itertools import groupby

from pytest_agentcompliance.parsing.manifests import Dependency
from pytest_agentcompliance.parsing.manifests.keys import Path, Text, of_toml

# Name, extras, and what follows: a range, "@ url", or a marker after a semicolon.
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]{0,200})\s*(?:\[[^\]\n]{0,300}\])?\s*([^#\n]{0,1000})")
# A requirement without a name: of "git+https://host/us/shop.git@main" it is the last part of the path.
_URL = re.compile(r"(?:(?:git|hg|svn|bzr)\+\S|https?://)")
_ARCHIVED = re.compile(r"(?:-\d.*|\.(?:zip|whl|tar\.\w+|tgz))$")
_LOCAL = re.compile(r"@?\s*(?:file:|\.{1,2}/)|\.{1,2}/|path:")
_SECTION = re.compile(r"\s*\[([^\]\n]{1,200})\]\s*")
_KEY = re.compile(r"([\w.-]{1,200})\s*[=:]\s*(.*)")
_SETUP_LIST = re.compile(r"\b(install_requires|extras_require|tests_require|setup_requires)\b\s*=\s*(?=[\[{(])")
_SETUP_TOKEN = re.compile(r"""#[^\n]*+|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|[\[\]{}():,]""")


def read(text: str, name: str) -> Iterator[Dependency]:
    """The dependencies of a manifest of this name, in lower case."""
    if name == "setup.cfg":
        return _setup_cfg(text)
    if name == "setup.py":
        return _setup_py(text)
    return _pipfile(text) if name == "pipfile" else _pyproject(text)


def requirements(text: str) -> Iterator[Dependency]:
    """The lines of a requirements file, without the options of pip among them."""
    for number, line in _joined(text):
        said = line.strip()
        if said.startswith(("-e ", "--editable")):
            said = said.partition(" ")[2].strip()
            if said.startswith("."):
                yield Dependency(said.strip("./") or ".", said, "requirements", number, "python", internal=True)
                continue
        if _URL.match(said):
            yield Dependency(_name_of(said), f"@ {said}", "requirements", number, "python")
            continue
        if said.startswith(("./", "../")):
            yield Dependency(said.strip("./") or ".", said, "requirements", number, "python", internal=True)
        elif said and said[0] not in "#-" and (one := _requirement(said, "requirements", number)):
            yield one


def _name_of(url: str) -> str:
    """What is installed from an address: its egg, or the last part of its path."""
    address, _, rest = url.split(" ", 1)[0].partition("#")
    egg = re.match(r"(?:[^&]{0,300}&)?egg=([\w.-]{1,200})", rest)
    path = address.partition("://")[2].partition("/")[2].partition("@")[0].partition("?")[0]
    name = _ARCHIVED.sub("", path.rstrip("/").rpartition("/")[2].removesuffix(".git"))
    return egg[1] if egg else name[:200] or address[:200]


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """The lines with those joined that a backslash continues, each with its first number."""
    begun, parts = 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        begun = begun or number
        parts.append(line.rstrip().removesuffix("\\"))
        if not line.rstrip().endswith("\\"):
            yield begun, " ".join(parts)
            begun, parts = 0, []


def _requirement(said: str, group: str, line: int) -> Dependency | None:
    found = _REQUIREMENT.match(said)
    if found is None or "://" in found[1] or found[2].startswith(":"):
        return None
    rest = found[2].partition(" --")[0].strip()
    return Dependency(found[1], rest, group, line, "python", bool(_LOCAL.match(rest)))


def _pyproject(text: str) -> Iterator[Dependency]:
    texts = list(of_toml(text))
    local = {
        one.path[3].lower() for one in texts
        if one.path[:3] == ("tool", "uv", "sources") and len(one.path) == 5 and one.path[4] in ("workspace", "path")
    }  # fmt: skip
    for one in [*_listed(texts), *_poetry(texts)]:
        if one.name.lower() in local:
            yield Dependency(one.name, one.requirement, one.group, one.line, "python", internal=True)
        else:
            yield one


def _listed(texts: list[Text]) -> Iterator[Dependency]:
    """Lists of requirements: PEP 621, PEP 735, and those of uv, PDM and Hatch."""
    for one in texts:
        group = _list_group(one.path)
        if group and one.quoted and (found := _requirement(one.text, group, one.line)):
            yield found


def _list_group(path: Path) -> str:
    if path in (("project", "dependencies"), ("build-system", "requires"), ("tool", "uv", "dev-dependencies")):
        return ".".join(path)
    if len(path) == 3 and path[:2] == ("project", "optional-dependencies"):
        return f"optional-dependencies.{path[2]}"
    if len(path) == 2 and path[0] == "dependency-groups":
        return ".".join(path)
    if path[:3] in (("tool", "pdm", "dev-dependencies"), ("tool", "hatch", "envs")) and path[-1] != "features":
        return ".".join(path) if path[1] == "pdm" or path[-1] in ("dependencies", "extra-dependencies") else ""
    return ""


def _poetry(texts: list[Text]) -> Iterator[Dependency]:
    """Tables of requirements: ``name = "^1"`` or ``name = {version = "^1"}``."""
    placed = ((len(group), one) for one in texts if (group := _poetry_group(one.path)))
    yield from _tabled(placed, exempt="python")


def _poetry_group(path: Path) -> Path:
    if path[:2] != ("tool", "poetry"):
        return ()
    if path[2:3] in (("dependencies",), ("dev-dependencies",)):
        return path[:3]
    return path[:5] if path[2:3] == ("group",) and path[4:5] == ("dependencies",) else ()


def _pipfile(text: str) -> Iterator[Dependency]:
    yield from _tabled((1, one) for one in of_toml(text) if one.path[0] in ("packages", "dev-packages"))


def _tabled(texts: "Iterator[tuple[int, Text]]", exempt: str = "") -> Iterator[Dependency]:
    """One dependency of all texts under one name; ``int`` is how many keys of the path are its group's."""
    for (group, name), rest in groupby((one for one in texts if len(one[1].path) > one[0]), key=lambda one: _split(*one)):
        said = [one for _, one in rest]
        if name.lower() == exempt:
            continue
        parts = {one.path[-1]: one.text for one in said if len(one.path) > group.count(".") + 2}
        where = "path" if "path" in parts else "git" if "git" in parts else "url" if "url" in parts else ""
        requirement = f"{where}:{parts[where]}" if where else parts.get("version", "" if parts else said[0].text)
        yield Dependency(name, requirement, group, said[0].line, "python", where == "path")


def _split(size: int, one: Text) -> tuple[str, str]:
    return ".".join(one.path[:size]), one.path[size]


def _setup_cfg(text: str) -> Iterator[Dependency]:
    section = group = ""
    for number, line in enumerate(text.split("\n"), 1):
        if (found := _SECTION.fullmatch(line[:300])) is not None:
            section, group = found[1], ""
            continue
        if not line.strip() or line.lstrip().startswith(("#", ";")):
            continue
        said = line.strip()
        if not line[0].isspace():
            key = _KEY.match(line)
            group = _cfg_group(section, key[1]) if key else ""
            said = key[2].strip() if key else ""
        if group and said and (one := _requirement(said, group, number)):
            yield one


def _cfg_group(section: str, key: str) -> str:
    if section == "options" and key in ("install_requires", "setup_requires", "tests_require"):
        return key
    return f"extras_require.{key}" if section == "options.extras_require" else ""


def _setup_py(text: str) -> Iterator[Dependency]:
    """The strings of the lists that are given to ``setup`` as they stand there; what is computed is not seen."""
    line, at = 1, 0
    while found := _SETUP_LIST.search(text, at):
        depth, pending = 0, None
        line, at = line + text.count("\n", at, found.end()), found.end()
        group = found[1]
        for token in _SETUP_TOKEN.finditer(text, found.end()):
            line, at = line + text.count("\n", at, token.start()), token.start()
            word = token[0]
            if word[0] == "#":
                continue
            if word in "[{(":
                depth += 1
            elif word in "]})":
                depth -= 1
            elif word == ":":
                if pending:  # the string before was a key: an extra's name
                    group, pending = f"{found[1]}.{pending.name}", None
                continue
            elif word == ",":
                pass
            else:
                if pending:
                    yield pending
                pending = _requirement(word[1:-1], group, line)
                continue
            if pending and word != "{":
                yield pending
                pending = None
            if depth <= 0:
                break
