"""Code of JavaScript, TypeScript, Python and Go: servers that listen, defaults of variables, settings, framework configuration."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.ports.code_roles import Roles
from pytest_agentcompliance.parsing.ports.code_tokens import MOST, Around, Token, tokens, walked
from pytest_agentcompliance.parsing.ports.code_values import Value, value
from pytest_agentcompliance.parsing.ports.commands import of_command
from pytest_agentcompliance.parsing.ports.declared import Cut, Declared, at_end, port_of, word_set
from pytest_agentcompliance.parsing.ports.names import holds_port, of_client, words

_ADDRESS = re.compile(r"(0\.0\.0\.0|127\.0\.0\.1|localhost|\[::1?\]|\*|):([0-9]{2,5})")
MOST_VALUES = 20_000  # expressions of a file that are read
_MAY_DECLARE = re.compile(r"(?i)(?:port|listen|bind|addr|serve|run|start)[^\n]{0,60}?(?<![\w.])[0-9]{2,5}(?![\w.])")
_EVERYWHERE = ("", "0.0.0.0", "*", "[::]")  # noqa: S104 - what is read, not what is bound
_BINDERS = word_set(
    """
    listen Listen ListenAndServe ListenAndServeTLS Run Start bind add_insecure_port add_secure_port serve run
    bindAsync
    """
)
_POSITIONAL = word_set(
    """
    HTTPServer ThreadingHTTPServer TCPServer ThreadingTCPServer UDPServer make_server start_server create_server
    run_simple WSGIServer StreamServer bind
    """
)


def of_code(text: str, path: str) -> Iterator[Declared]:
    """What a file of code declares; each port of each name once."""
    reader = _Reader(blanked(text, path), path)
    seen: set[tuple[str, str, str]] = set()
    for one in reader.declared():
        there = not one.refers or (one.refers not in reader.assigned and reader.roles.from_elsewhere(one.refers))
        if there and (one.key, one.port, one.refers) not in seen:
            seen.add((one.key, one.port, one.refers))
            yield one


class _Reader:
    def __init__(self, text: str, path: str) -> None:
        self._python = path.endswith(".py")
        self._go = path.endswith(".go")
        self.roles = Roles(text, path)
        self._found, end = tokens(text)
        self._rest = text[end:]
        self.assigned: set[str] = set()
        self._known: dict[str, str] = {}  # the ports of names that were assigned before
        self._left = MOST_VALUES
        self._read_to = 0  # what stands before was part of a value that is told already

    def declared(self) -> Iterator[Declared]:
        for at, around in walked(self._found, python=self._python):
            token = self._found[at]
            if token.kind == "mark":
                if token.text == "(" and at:
                    yield from self._call(at)
            elif at >= self._read_to:
                if token.kind == "string":
                    yield from self._string(at, token, around)
                elif token.kind == "name" and holds_port(token.text):
                    yield from self._name(at, token, around)
        if self._left < 0:
            raise Cut(f"it has more than {MOST_VALUES:,} expressions that may hold a port")
        if _MAY_DECLARE.search(self._rest):
            raise Cut(f"it has more than {MOST:,} tokens")

    def _value(self, start: int) -> Value | None:
        self._left -= 1
        return value(self._found, start) if self._left > 0 else None

    def _next(self, at: int) -> str:
        return self._found[at].text if 0 <= at < len(self._found) and self._found[at].kind != "string" else ""

    def _name(self, at: int, token: Token, around: Around) -> Iterator[Declared]:
        following, before = self._next(at + 1), self._next(at - 1)
        start = 0
        if following in ("=", ":=", "??=", "||="):
            start = at + 2
        elif following in (":", "?") and before not in ("?", "."):
            start = self._after_type(at + (2 if following == ":" else 3))
        elif following in ("int", "string", "uint16") and self._go and self._next(at + 2) == "=":
            start = at + 3
        if start:
            bare = following == ":" and self._next(start - 1) != "="  # no type stands between
            yield from self._valued(at, token.text, start, around, key=bare or bool(around.callee and following == "="))
        elif before in (".", "[") or following in ("??", "||", "or", ")", "]", "!"):
            yield from self._fallback(at, token, around)

    def _string(self, at: int, token: Token, around: Around) -> Iterator[Declared]:
        following = self._next(at + 1)
        if _ADDRESS.fullmatch(token.text):
            yield from self._address(at, token, around)
        elif (
            self.roles.config
            and following != ":"
            and self._next(at - 1) == ":"
            and self._found[at - 2].text.lower().endswith("command")
        ):
            yield from of_command(token.text, ".".join([*reversed(around.names[:1]), self._found[at - 2].text]), token.line)
        elif not (name := _named(token.text)):
            return
        elif following == ":":
            yield from self._valued(at, name, at + 2, around, key=True)
        elif following == "," and around.callee:
            if read := self._value(at + 2):
                ports = read.ports or self._argument(at + 2)
                yield from self._told(at, name, read._replace(ports=ports), around, env=True)
        else:
            yield from self._fallback(at, token, around)

    def _argument(self, start: int) -> tuple[str, ...]:
        """The port among the later arguments of a call: ``default=8000``, ``{default: 3000}``, or the next bare one."""
        depth = 0
        for at in range(start, min(len(self._found), start + 60)):
            token = self._found[at]
            depth += (token.text in "([{") - (token.text in ")]}") if token.kind == "mark" else 0
            if depth < 0:
                break
            if token.kind != "mark" and (port := port_of(token.text)):
                before = self._next(at - 1)
                if (before == "," and not depth) or (
                    before in ("=", ":") and self._found[at - 2].text in ("default", "defaultValue", "value")
                ):
                    self._read_to = at
                    return (port,)
        return ()

    def _valued(self, at: int, name: str, start: int, around: Around, *, key: bool) -> Iterator[Declared]:
        if not key:
            self.assigned.add(name)
        read = self._counted(start) or self._value(start)
        if read is None:
            return
        if len(read.ports) == 1:
            self._known[name] = read.ports[0]
        env = [one for one in read.reads if not (one.islower() and one.isalpha()) or "." in one]
        if read.ports:
            self._read_to = read.end
            if env:
                yield from self._told(at, env[0], read, around, env=True, assigned=name)
            else:
                yield from self._told(at, name, read, around, key=key)
        elif read.refers and key and self.roles.serves(around):
            yield Declared(
                self._path(name, around, key=key), "", self._found[at].line, self._path(name, around, key=key), refers=read.refers
            )

    def _counted(self, start: int) -> Value | None:
        """``port + 1``, where the port is known."""
        one, mark, other = (*self._found[start : start + 3], *[Token("", "", 0)] * 3)[:3]
        if mark.text not in ("+", "-") or one.text not in self._known or other.kind != "number" or not other.text.isdigit():
            return None
        more = int(other.text[:6])
        port = port_of(str(int(self._known[one.text]) + (more if mark.text == "+" else -more)))
        return Value((port,), (), start + 3) if port else None

    def _fallback(self, at: int, token: Token, around: Around) -> Iterator[Declared]:
        """``process.env.PORT ?? 3000``, ``env['PORT'] || 3000``, ``getenv("PORT") or 8000``."""
        ahead = at + 1
        while self._next(ahead) in (")", "]", "!"):
            ahead += 1
        asked = self._next(ahead) == "?" and self._next(at - 1) == "."
        chained = self._next(ahead) == "." and self._next(ahead + 1) in ("default", "unwrap_or")
        if not (asked or chained or self._next(ahead) in ("??", "||", "or")):
            return
        if (read := self._value(ahead + 1)) and read.ports:
            self._read_to = read.end
            public = self._next(at - 1) == "." and self._next(at - 3) == "." and self._next(at - 4) == "meta"
            yield from self._told(at, token.text, read._replace(public=read.public or public), around, env=True)

    def _told(
        self, at: int, name: str, read: Value, around: Around, *, env: bool = False, key: bool = False, assigned: str = ""
    ) -> Iterator[Declared]:
        if not read.ports:
            return
        port = " or ".join(read.ports)
        plain = set(words(name)) <= {"port"}
        client = self.roles.of_client(name, assigned, read, around)
        if env or read.schema:
            if plain and name.islower() and not (self.roles.listens or read.schema or self._python or around.callee):
                return
            shown, path = f"default of {name}", name
        else:
            if not client and not self.roles.counts(name, around, key=key):
                return
            shown = path = self._path(name, around, key=key)
        yield Declared(path, port, self._found[at].line, shown, client=client)

    def _path(self, name: str, around: Around, *, key: bool) -> str:
        if not key:
            return name
        keys = [one for one in around.names[:2] if one.rpartition(".")[2] not in ("defineConfig", "return", "default")]
        return ".".join([*reversed(keys), name])

    def _call(self, at: int) -> Iterator[Declared]:
        """``listen(3000)``, ``HTTPServer(("", 8000), ...)``, ``listen(PORT)``."""
        callee = self._found[at - 1]
        if callee.kind != "name" or at + 1 >= len(self._found):
            return
        first = self._found[at + 1]
        if callee.text in ("listen", "listenAsync") and self._next(at - 2) in (".", ""):
            if port := port_of(first.text):
                if self._next(at + 2) in (",", ")"):
                    yield Declared("listen()", port, callee.line, "listen()")
            elif first.kind == "name" and holds_port(first.text) and self._next(at + 2) in (",", ")"):
                yield Declared("listen()", "", callee.line, "listen()", refers=first.text)
        elif callee.text in _POSITIONAL:
            for ahead in range(at + 1, min(len(self._found), at + 16)):
                if self._next(ahead) == ")":
                    return
                if self._found[ahead].kind == "number" and self._next(ahead - 1) == ",":
                    if len(port := port_of(self._found[ahead].text)) > 2:
                        yield Declared(f"{callee.text}()", port, callee.line, f"{callee.text}()")
                    return

    def _address(self, at: int, token: Token, around: Around) -> Iterator[Declared]:
        found = _ADDRESS.fullmatch(token.text)
        name = self._found[at - 2].text if at > 1 and self._next(at - 1) in (":", "=", ":=") else ""
        callee = around.callee.rpartition(".")[2]
        named = bool(set(words(name)) & {"bind", "addr", "address", "listen"})
        bound = callee in _BINDERS or (named and found is not None and found[1] in _EVERYWHERE)
        if bound and (port := at_end(token.text)) and not of_client([name, *around.names[:3]]):
            shown = f"{around.callee}()" if callee in _BINDERS else name
            yield Declared(shown, port, token.line, shown)

    def _after_type(self, start: int) -> int:
        """Where the value begins after a colon: after the type of ``port: number = 3000``, else at once."""
        for at in range(start, min(len(self._found), start + 12)):
            if self._found[at].kind != "mark":
                continue
            if self._found[at].text == "=":
                return at + 1
            if self._found[at].text not in ("|", "[", "]", ".", "?"):
                return start
        return start


def _named(text: str) -> str:
    """The name that a string is, where it is one of a port: ``PORT``, ``http_port``, ``--port``, ``-p, --port <number>``."""
    if len(text) > 60:
        return ""
    flag = re.search(r"(?:^|[\s,])(--[\w-]{1,40})", text)
    name = flag[1] if flag else text
    return name if re.fullmatch(r"-{0,2}[\w.-]{1,40}", name) and holds_port(name) else ""
