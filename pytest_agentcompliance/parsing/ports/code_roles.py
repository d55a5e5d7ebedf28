"""What a port in code is for: something of one's own listens at it, or somebody else's server does."""

import re
from functools import cached_property

from pytest_agentcompliance.parsing.ports.code_tokens import Around
from pytest_agentcompliance.parsing.ports.code_values import Value
from pytest_agentcompliance.parsing.ports.declared import word_set
from pytest_agentcompliance.parsing.ports.names import of_client, words

_CONFIG = re.compile(
    r"(?!(?:sst|cdk|drizzle|tailwind|eslint|jest|knex|kysely)\b)(?:[\w.-]{0,100}\.)?(?:config|conf)(?:\.[\w-]{1,30})?\.[cm]?[jt]s"
    r"|gunicorn[\w.-]*\.py|(?:gulp|grunt)file\.[cm]?[jt]s"
    r"|(?:vite|next|webpack|rspack|rollup|nuxt|astro|remix|playwright|vitest|cypress|karma|ecosystem)[\w.-]*\.[cm]?[jt]s"
)
_LISTENS = re.compile(
    r"\.listen\w*\s*\(|\b(?:serve|createServer|createSecureServer|ListenAndServe(?:TLS)?|run_app|make_server|run_simple)\s*\("
    r"|\b(?:start_server|create_server)\s*\(|\bnet\.Listen\(|\buvicorn\.(?:run|Config)\(|\bapp\.run\(|add_insecure_port"
    r"|\bfetch\s*:\s*\w|\b(?:WebSocket|HTTP|TCP|HTTPS|WS|Threading)\w{0,40}Server\b|\.Start\(|\.Run\("
)
# The name that follows the host of an address: ://host:${port}, ://host:{self.port}, "://host:" + port
_CALLED = re.compile(r"""://[^\s"'`:]{0,80}:(?:\$?\{([^{}\n]{1,60})\}|["'`]\s{0,20}\+\s{0,20}([\w.]{1,60}))""")
_PRINTS = re.compile(r"(?i)(?:console|log(?:ger|ging)?|print(?:ln|f)?|info|debug|warn|write)[\w.]{0,20}\(")
_CALLED_IN_GO = re.compile(r"://[^\"`\n:]{0,80}:%[dsv]")
_IMPORTED = re.compile(r"\b(?:import|from|require|const)\b([^;=()'\"]{0,1000})")
_ELSEWHERE = re.compile(r"[\"']([A-Z][A-Z0-9_]{2,60})[\"']|\benv\.([A-Z][A-Z0-9_]{2,60})\b")
_SERVERS = word_set(
    """
    server servers http https ws wss websocket api app web dev devserver grpc metrics health admin debug inspect
    listen serve service preview default frontend backend management monitoring hmr gateway worker webhook express
    fastify hono nest koa flask uvicorn gunicorn run env environment variables launch options args settings config
    site ui docs storybook mock stub internal external public private
    """
)
_SERVING = word_set(
    """
    serve listen server servers run createserver start startserver devserver uvicorn hypercorn preview webserver hmr
    """
)


class Roles:
    """One file: whether it is configuration, whether it listens, which names it calls others by."""

    def __init__(self, text: str, path: str) -> None:
        self._text = text
        self._python, self._go = path.endswith(".py"), path.endswith(".go")
        self.config = bool(_CONFIG.fullmatch(path.rpartition("/")[2])) or "/.storybook/" in f"/{path}"

    @cached_property
    def listens(self) -> bool:
        """Whether the file has words of a server: asked of few, and a fifth of what the ports of a file would cost."""
        return self.config or bool(_LISTENS.search(self._text))

    @cached_property
    def _called(self) -> frozenset[str]:
        """The names that stand for the port of an address that the file calls."""
        found = (one[1] or one[2] for one in _CALLED.finditer(self._text) if not self._is_logged(one.start()))
        return frozenset(word for each in found for word in re.findall(r"\w+", each))

    def _is_logged(self, at: int) -> bool:
        """Whether the line up to here begins to print: "running on http://localhost:3000" calls nobody."""
        start = max(self._text.rfind("\n", max(0, at - 200), at), at - 200, 0)
        return bool(_PRINTS.search(self._text, start, at))

    @cached_property
    def _from_elsewhere(self) -> frozenset[str]:
        """The names that other files, the environment or a table of names give."""
        imported = {word for one in _IMPORTED.finditer(self._text) for word in re.findall(r"[\w$]+", one[1])}
        return frozenset(imported | {one[1] or one[2] for one in _ELSEWHERE.finditer(self._text)})

    @cached_property
    def _calls(self) -> bool:
        return self._go and bool(_CALLED_IN_GO.search(self._text))

    def from_elsewhere(self, name: str) -> bool:
        """Whether a name with a port is declared elsewhere; a plain ``port`` is a parameter."""
        return (len(words(name)) > 1 or name.isupper()) and name in self._from_elsewhere

    def of_client(self, name: str, assigned: str, read: Value, around: Around) -> bool:
        """Whether it is the port of somebody else's server."""
        if of_client([name, assigned, *around.names[:3]], read.ports[0]) or (read.public and not self.config):
            return True
        return name != "PORT" and not self.listens and (self._calls or bool(self._called & {name, assigned}))

    def counts(self, name: str, around: Around, *, key: bool) -> bool:
        """Whether a literal is a port that something of one's own listens at."""
        said = set(words(name)) - {"port"}
        near = {word for one in around.names[:3] for word in words(one)}
        if self.config:
            return True
        if key:
            return bool(near & _SERVING) or (self.listens and bool((said | near) & _SERVERS)) or bool(said and said <= _SERVERS)
        typed = self._python and bool(around.names)
        return self.listens or typed or (name.isupper() and said <= _SERVERS) or (bool(said) and said <= _SERVERS)

    def serves(self, around: Around) -> bool:
        """Whether a key stands among those of a server."""
        return self.config or bool({word for one in around.names[:2] for word in words(one)} & _SERVING)
