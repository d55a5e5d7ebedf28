"""The ports that a command line serves at: flags, assignments before it, addresses that it binds. Nothing is run."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.ports.declared import LONGEST_LINE, Cut, Declared, at_end, filled, port_of, word_set
from pytest_agentcompliance.parsing.ports.names import holds_port, of_client

_TOKEN = re.compile(r"&&|\|\||[;|&\n]|(?:[^\s;|&\"'\\]|\\.|\"[^\"]*\"|'[^']*')+|[\"'\\]")
_MAY_SERVE = re.compile(r"(?i)(?:port|listen|bind|inspect|addr(?:ess)?|-[pbl])[ =\"']{1,3}[^ ]{0,30}\d\d")
_ENDS = frozenset(("&&", "||", ";", "|", "&", "\n"))
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w{0,100})=(.{0,300})", re.DOTALL)
_FLAG = re.compile(r"--?([A-Za-z][\w-]{0,60})(?:=(.{0,300}))?", re.DOTALL)
_RUNNERS = word_set(
    """
    npx pnpm yarn npm bun bunx exec dlx run sudo env cross-env dotenv nice time poetry uv pipenv hatch rye python
    python3 node -m -- bundle concurrently if then do else elif while until ! { ( command nohup
    """
)
# Programs whose port is that of the server they talk to, wait for or end.
_CLIENTS = word_set(
    """
    psql pg_isready pg_dump pg_restore createdb dropdb pgbench redis-cli mysql mysqldump mysqladmin mongosh mongo
    mongodump ssh scp sftp rsync nc netcat ncat telnet curl wget http wait-on wait-port wait-for-it wait-for-it.sh
    kill-port lsof fuser nmap ping openssl echo printf grep sed awk test [ [[ cut sleep kill ufw iptables firewall-cmd
    rabbitmqctl kafka-topics.sh cqlsh tunnelto ngrok cloudflared adb
    """
)
# Programs whose -p is a port; for others it is something else.
_SHORT = word_set(
    """
    next vite serve http-server storybook start-storybook sb ng astro gatsby nuxt nuxi remix live-server rails puma
    flask hugo jekyll json-server wrangler browser-sync parcel webpack-dev-server lite-server sirv docsify nodemon
    uvicorn hypercorn prisma mkdocs eleventy vercel netlify react-router vue-cli-service preview dev start
    local-web-server ws http-serve puma thin
    """
)
_LISTENS = frozenset(("-l", "--listen", "--bind", "-b", "--addr", "--address", "--http", "--listen-address"))
_PUBLISH = frozenset(("-p", "--publish"))


def of_command(line: str, owner: str, number: int, known: dict[str, str] | None = None) -> Iterator[Declared]:
    """What a command line declares; ``owner`` says whose line it is ("script dev"), ``known`` holds variables from line to line."""
    if len(line) > LONGEST_LINE:
        if _MAY_SERVE.search(line):
            raise Cut(f"line {number} has {len(line):,} characters; of a command more than {LONGEST_LINE:,} are not read for ports")
        return
    known = {} if known is None else known
    words: list[str] = []
    for token in [*_TOKEN.findall(line), ";"]:
        if token not in _ENDS:
            words.append(token)
            continue
        yield from _of_words([filled(re.sub(r"[\"'\\]", "", word), known) for word in words], owner, number, known)
        words = []


def _of_words(words: list[str], owner: str, number: int, known: dict[str, str]) -> Iterator[Declared]:
    begin, at = _prefix(words)
    for word in words[:at]:
        one = _ASSIGNMENT.fullmatch(word)
        if one and (port := port_of(one[2])):
            client = of_client([one[1]], port)
            if not client:  # a flag that takes a client's port is the client's too, and stays unfilled
                known[one[1]] = port
            if holds_port(one[1]):
                yield _declared(one[1], port, owner, number, client=client)
    program = words[at].rpartition("/")[2] if at < len(words) else ""
    rest = words[at + 1 :]
    if program in _CLIENTS:
        return
    if program in ("docker", "podman", "nerdctl"):
        yield from _published(rest, owner, number)
        return
    if program in ("http.server", "php", "runserver", "gunicorn") or "runserver" in rest:
        yield from _addressed(program, rest, owner, number)
    short = any(one.rpartition("/")[2] in _SHORT for one in [program, *words[begin : begin + 4]])
    short |= program.partition("@")[0].endswith("-server")
    flags = words[begin:]
    for word, following in zip(flags, [*flags[1:], ""], strict=False):
        if (flag := _FLAG.fullmatch(word)) and (port := _flagged(word, flag, following, short=short)):
            client = of_client([flag[1]], "" if flag[1] == "port" else port)
            yield _declared(word.partition("=")[0], port, owner, number, client=client)


def _prefix(words: list[str]) -> tuple[int, int]:
    """Where the flags of a command begin, after what is assigned, and where its program stands, after what runs it."""
    at = begin = 0
    while at < len(words):
        assigns = words[at] in ("export", "set") or _ASSIGNMENT.fullmatch(words[at]) is not None
        if not (assigns or words[at] in _RUNNERS or words[at].startswith("-")):
            break
        at += 1
        begin = at if assigns else begin
    return begin, at


def _flagged(word: str, flag: re.Match[str], following: str, *, short: bool) -> str:
    """The port that a flag gives; empty where it gives none."""
    value = flag[2] if flag[2] is not None else following
    if word.startswith("--inspect") and flag[2]:
        return at_end(flag[2])
    if word in ("-p", "-P") or word.startswith(("-p=", "-P=")):
        return port_of(value) if short else ""
    if word.partition("=")[0] in _LISTENS:
        return at_end(value) if ":" in value or word.startswith(("-l", "--listen")) else ""
    return at_end(value) if word.startswith("--") and holds_port(flag[1]) else ""


def _published(rest: list[str], owner: str, number: int) -> Iterator[Declared]:
    from pytest_agentcompliance.parsing.ports.compose import mapping

    if "run" not in rest[:3] and "create" not in rest[:3]:
        return
    for word, following in zip(rest, [*rest[1:], ""], strict=False):
        text = following if word in _PUBLISH else word.removeprefix("--publish=") if word.startswith("--publish=") else ""
        if found := mapping(text):
            yield Declared(f"{owner} -p {found[1]}", found[0], number, f"published by {owner}", owner, published=True)


def _addressed(program: str, rest: list[str], owner: str, number: int) -> Iterator[Declared]:
    """Servers that take their address as a bare word."""
    for before, word in zip(["", *rest], rest, strict=False):
        bare = not word.startswith("-") and (before in ("runserver", "-S") or program in ("http.server", "runserver"))
        if bare and (port := at_end(word)):
            yield _declared("runserver" if before == "runserver" else program, port, owner, number)
            return


def _declared(name: str, port: str, owner: str, number: int, *, client: bool = False) -> Declared:
    return Declared(f"{owner} {name}", port, number, f"{name} of {owner}", owner, client=client)
