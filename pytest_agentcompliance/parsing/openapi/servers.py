"""The base paths that the servers of an OpenAPI document give, with the defaults of their variables."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.openapi.refs import Found, References

MOST = 20  # servers that are read, and values of a variable
LONGEST = 500  # characters of a URL
_HOST = re.compile(r"(?:[A-Za-z][\w+.-]*:)?//[^/?#]*")
_VARIABLE = re.compile(r"\{([^{}/]{1,100})\}")


def bases(holder: Found, refs: References) -> tuple[tuple[str, str], ...]:
    """Host and base path of each server that a document, a path or an operation gives, each once; none where it gives none.

    The host is empty where the server is relative; a base path has no slash at its end.
    """
    listed = refs.followed(holder.get("servers"))
    found: dict[tuple[str, str], None] = {}
    for _, server in zip(range(MOST), listed.each() if listed is not None else (), strict=False):
        there = refs.followed(server)
        url = there.get("url") if there is not None else None
        if there is not None and url is not None and url.text and len(url.text) <= LONGEST:
            for one in _filled(url.text, there, refs):
                found[_split(one)] = None
    return tuple(found)[:MOST]


def swagger(root: Found) -> tuple[tuple[str, str], ...]:
    """The same of a document of version 2.0."""
    host, base = root.get("host"), root.get("basePath")
    path = _split("/" + base.text.strip().lstrip("/"))[1] if base is not None and len(base.text) <= LONGEST else ""
    return ((host.text if host is not None else "", path),)


def _filled(url: str, server: Found, refs: References) -> Iterator[str]:
    """The URL with the values of its variables: their defaults, and one after the other those of an enum of the path."""
    filled = [url]
    variables = refs.followed(server.get("variables"))
    for name in dict.fromkeys(_VARIABLE.findall(url)[:MOST]):
        variable = refs.followed(variables.get(name)) if variables is not None else None
        default = variable.get("default") if variable is not None else None
        enum = refs.followed(variable.get("enum")) if variable is not None else None
        values = [default.text] if default is not None else []
        if f"{{{name}}}" in _HOST.sub("", url, count=1):
            values += [one.text for _, one in zip(range(MOST), enum.each() if enum is not None else (), strict=False)]
        if values := [one for one in dict.fromkeys(values) if len(one) <= LONGEST]:
            grown = (one.replace(f"{{{name}}}", value) for one in filled for value in values)
            # a value that names the next variable many times would grow without end
            filled = [one for one, _ in zip(grown, range(MOST), strict=False) if len(one) <= LONGEST]
    yield from filled


def _split(url: str) -> tuple[str, str]:
    url = url.strip()
    host = _HOST.match(url)
    path = re.split(r"[?#]", url[host.end() :] if host else url, maxsplit=1)[0]
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    return host[0].rpartition("//")[2].lower() if host else "", "".join(f"/{part}" for part in parts)
