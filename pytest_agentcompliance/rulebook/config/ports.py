"""config/ports: the ports that base declares are those that head declares."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, FileChange, Tree
from pytest_agentcompliance.evidence.changes import Line, is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.ports import Declared
    from pytest_agentcompliance.parsing.ports.compared import Difference, Placed
    from pytest_agentcompliance.parsing.ports.settled import Known

EXEMPT = [
    "**/__tests__/**", "**/tests/**", "**/test/**", "**/testdata/**", "**/fixtures/**", "**/mocks/**", "**/__mocks__/**",
    "*.test.*", "*.spec.*", "*_test.*", "test_*.py", "conftest.py", "*.stories.*", "**/e2e/**", "!playwright*.config.*",
    "**/node_modules/**", "**/vendor/**", "**/dist/**", "**/plans/**", "**/examples/**",
    "**/.claude*/**", "*.min.*js",
]  # fmt: skip
_WHOLE = frozenset(("dockerfile", "env", "nginx", "procfile", "devcontainer"))  # kinds of files that are always read
_BY_LINES = frozenset(("env", "sections", "shell", "procfile", "nginx", "dockerfile"))  # of which a line says much alone
MOST_GONE = 300  # deleted files of code that are looked through

_NUMBER = rb"[^\n]{0,100}?(?<![\w.])[0-9]{2,5}(?![\w.])"
_COMPOSE = "services:\n  web:\n    image: web\n    ports:\n      - '{}'\n"
_MAIN = "const port = process.env.PORT ?? {}\napp.listen(port)\n"
_BY_CONSTANT = "import { WEB_PORT } from './ports.js'\napp.listen(WEB_PORT)\n"


class Ports(Rule):
    """Ports do not change: what listens or is published at base does so at head.

    Why: other services, proxies, scripts and people's bookmarks reach a server at its port. One that moves breaks them
    all, and nothing in the code says so.

    Compared by meaning, at both ends of the run: compose files, Dockerfiles, .env files, package scripts, Procfiles and shell
    scripts, configuration of Vite, Next, Nest, Angular, webpack and Playwright, Kubernetes and Helm, dev containers, nginx,
    tables of ports, and in JavaScript, TypeScript, Python and Go what listens and the defaults of what it reads. A port that
    moves to a constant, to a variable's default or to another file, and keeps its value, is kept. One that goes away
    while its service stays is reported; one that goes with its service, script or file is a remark on style.

    Blind spots: ports that are counted out or composed of pieces; CI jobs; infrastructure code (Terraform, CDK, SST); languages
    other than those named, files with JSX; URLs, whose ports are references; variables of other people's servers (DB_PORT),
    unless clients says so; code and scripts that are deleted whole; broken YAML. Which names are a client's is told by their words
    and by what stands around them. A new EXPOSE, a new variable of a service and what a script calls are no news where base
    declares the port elsewhere. A file over a bound (four million characters, YAML of a hundred thousand values or a hundred
    levels) is read by its changed lines alone where those say it, and is unread where not.
    """

    additions: Literal["report", "allow"] = Field(
        default="report", description="Whether a port that base did not declare is reported: a new service's, say."
    )
    clients: Literal["ignore", "report"] = Field(
        default="ignore", description="Whether a client's default for somebody else's port counts: POSTGRES_PORT, SMTP_PORT."
    )
    exempt: list[str] = Field(
        default=EXEMPT, description="Globs of files that are not looked at; a later !glob has some of them looked at again."
    )

    candidates: ClassVar[Candidates] = Candidates(
        contains=(
            rb"port(?<!import)(?<!export)(?<!upport)(?<!report)(?<!nsport)(?<!wport)" + _NUMBER,
            rb"Port(?<!Import)(?<!Export)(?<!mPort)" + _NUMBER,
            rb"PORT(?<!IMPORT)(?<!EXPORT)(?<!UPPORT)(?<!REPORT)" + _NUMBER,
            rb"listen" + _NUMBER, rb"Listen" + _NUMBER, rb"bind[^\n]{0,40}?:[0-9]{2}", rb"Server\(" + _NUMBER,
            rb"Addr[^\n]{0,20}?:[0-9]{2}", rb"endpoint: ?[^\n]{0,10}:[0-9]{2}", rb"Run\([^\n]{0,20}:[0-9]{2}",
            rb"Start\([^\n]{0,20}:[0-9]{2}", rb"runserver", rb"http\.server", rb"inspect[^\n]{0,20}?[0-9]{4}", rb"-p [0-9]{2}",
            rb"-b [^\n]{0,20}:[0-9]{2}", rb"- [\"']?[0-9.:]{2,40}:[0-9]{2}",
        ),
    )  # fmt: skip
    remedy: ClassVar[Remedy] = Remedy("revert", "Give the server its port back. If the story needs another one, stop and ask.")
    examples = (
        Example(
            "A published port that changes is reported at head, with its place at base.",
            before={"docker-compose.yml": _COMPOSE.format("3000:80")}, after={"docker-compose.yml": _COMPOSE.format("3001:80")},
            finds=("docker-compose.yml:5",),
        ),
        Example(
            "So are the default of a variable, a script and EXPOSE.",
            before={"src/main.ts": _MAIN.format(3000), "package.json": '{"scripts": {"dev": "next dev -p 3000"}}\n',
                    "Dockerfile": "FROM node\nEXPOSE 3000\n"},
            after={"src/main.ts": _MAIN.format(3100), "package.json": '{"scripts": {"dev": "next dev -p 3100"}}\n',
                   "Dockerfile": "FROM node\nEXPOSE 3100\n"},
            finds=("Dockerfile:2", "package.json:1", "src/main.ts:1"),
        ),
        Example(
            "A new service's port is reported, unless additions are allowed.",
            before={".env.example": "PORT=3000\n"}, after={".env.example": "PORT=3000\nADMIN_PORT=3009\n"},
            finds=(".env.example:2",),
        ),
        Example(
            "A port that is no longer published is reported; one that goes with its service is a remark.",
            before={"compose.yml": _COMPOSE.format("3000:80") + "  old:\n    image: x\n    ports: ['9090:9090']\n"},
            after={"compose.yml": "services:\n  web:\n    image: web\n"},
            finds=("compose.yml",), styles=("compose.yml",),
        ),
        Example(
            "A constant that says another port than the literal did is reported.",
            before={"server.js": "app.listen(3000)\n", "ports.js": "export const WEB_PORT = 4000\n"},
            after={"server.js": _BY_CONSTANT, "ports.js": "export const WEB_PORT = 4000\n"},
            finds=("server.js:2",),
        ),
        Example(
            "Additions are kept where they are allowed.", given={"additions": "allow"},
            after={"Dockerfile": "FROM node\nEXPOSE 3000\n"},
        ),
        Example(
            "A port that moves to a constant, to a variable's default or to another file, and stays the same, is kept.",
            before={
                "server.js": "app.listen(3000)\n", "compose.yml": _COMPOSE.format("8080:80"),
                "a/vite.config.ts": "export default {server: {port: 5174, hmr: {port: 5175}}}\n",
            },
            after={
                "server.js": _BY_CONSTANT, "ports.js": "export const WEB_PORT = 3000\n",
                "infra/compose.web.yaml": _COMPOSE.format("${WEB:-8080}:80"),
                "b/vite.config.ts": "const port = 5174\nconst hmrPort = port + 1\nexport default {server: {port}, hmr: hmrPort}\n",
            },
        ),
        Example(
            "So is a port that moves to a variable of a .env file, and a variable that gets another name.",
            before={"compose.yml": _COMPOSE.format("3000:80"), "b/compose.yml": _COMPOSE.format("${A_PORT}:80"), ".env": "X=1\n"},
            after={
                "compose.yml": _COMPOSE.format("${WEB_PORT}:80"), "b/compose.yml": _COMPOSE.format("${B_PORT}:80"),
                ".env": "X=1\nWEB_PORT=3000\n",
            },
        ),
        Example(
            "What declares a port that the package declared already is kept: EXPOSE of the port that it listens at.",
            before={"api/package.json": "{}\n", "api/main.ts": _MAIN.format(3000)},
            after={"api/package.json": "{}\n", "api/main.ts": _MAIN.format(3000), "api/Dockerfile": "FROM node\nEXPOSE 3000\n"},
        ),
        Example(
            "Bounds of a helper are no ports, and two statements are two values.",
            before={"app/config.py": "WEB_PORT = int(os.environ.get('APP_WEB_PORT', '8100'))\n"},
            after={
                "app/config.py": "WEB_PORT = env_number('APP_WEB_PORT', 8100, min_value=1024, max_value=65535)\n",
                "app/run.py": "port = int(os.environ.get('APP_WEB_PORT', 8100))\nif os.environ.get('TLS') == 'true':\n"
                "    tls_port = int(os.environ.get('APP_TLS_PORT', 8543))\n",
            },
            finds=("app/run.py:3",),
        ),
        Example(
            "EXPOSE of what is listened at anywhere, and a script that calls it, are kept; so are examples.",
            before={"packages/api/package.json": "{}\n", "packages/api/main.ts": _MAIN.format(3210)},
            after={
                "packages/api/package.json": "{}\n", "packages/api/main.ts": _MAIN.format(3210),
                "Dockerfile": "FROM node\nCOPY packages/api .\nEXPOSE 3210\n",
                "scripts/ask.sh": 'port="${SHOP_PORT:-3210}"\nurl="http://127.0.0.1:$port/ready"\ncurl "$url"\n',
                "examples/start.sh": "export SHOP_PORT=4321\n",
            },
        ),
        Example(
            "A variable of a new service that base gave the same value is kept.",
            before={".env.example": "SHOP_API_PORT=3210\n"},
            after={
                ".env.example": "SHOP_API_PORT=3210\n",
                "compose.yml": "services:\n  web:\n    image: web\n    environment:\n      - SHOP_API_PORT=3210\n",
            },
        ),
        Example(
            "Somebody else's port, timeouts, versions, tests and URLs are kept.",
            after={
                "src/db.ts": "export const pool = new Pool({ port: Number(process.env.POSTGRES_PORT ?? '5432') })\n",
                "src/http.ts": "const timeout = 5000\nconst url = 'https://example.org:443/v1.2'\nfetch('http://localhost:3000')\n",
                "src/call.ts": "const port = process.env.AGENT_PORT ?? 7777\nfetch(`http://localhost:${port}/x`)\n",
                "src/app.test.ts": "app.listen(4567)\n",
                ".env": "REDIS_PORT=6379\nAPI_URL=http://localhost:9000\nVITE_API_PORT=9000\n",
            },
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet, tree: Tree) -> Iterator[Finding]:
        wanted = [change for change in self.touched(changes) if self._looked_at(change)]
        if not wanted:
            return
        from pytest_agentcompliance.parsing.ports import kind_of  # start-up time: when a file is a candidate
        from pytest_agentcompliance.parsing.ports.compared import compared
        from pytest_agentcompliance.parsing.ports.settled import Known

        old, new = self._ends(changes, wanted)
        found = compared(old, new)
        if any(one.old is None for one in found):
            more = [one for one in changes if one.kind == "deleted" and one not in wanted and self._looked_at(one)][:MOST_GONE]
            if more:
                moved, _ = self._ends(changes, more)
                found = [one for one in compared([*old, *moved], new) if one.old is None or one.new or one.old not in moved]
        told = self._settled(found, (Known(old), Known(new)), tree)
        constants = {id(one.constant) for one in told}  # each is told with what takes it
        gone = {one.old.one.key for one in told if one.old and not one.new and kind_of(one.old.path) == "env"}
        unread = gone - tree.head.having(gone)  # one search for all of them
        findings = [_judged(one, changes, unread) for one in told if one.old or id(one.new) not in constants]
        yield from sorted(findings, key=lambda one: (one.at.path, one.at.line or 0, one.evidence) if one.at else ("", 0, ""))

    def touched(self, changes: ChangeSet) -> Iterator[FileChange]:
        """Besides what has such words in its patch, the few files that say little else than ports."""
        hit = {one.position for one in super().touched(changes)}
        return (one for one in changes if one.position in hit or _says_little_else(one.path))

    def searched(self, path: str) -> bool:
        """Whether files of this kind may declare ports."""
        from pytest_agentcompliance.parsing.ports import kind_of

        return bool(kind_of(path))

    def _looked_at(self, change: FileChange) -> bool:
        if change.renamed_from or change.renamed_to or not self.searched(change.path) or matches(change.path, self.exempt):
            return False
        return any(side and is_file(side.mode) for side in (change.before, change.after))

    def _ends(self, changes: ChangeSet, wanted: list[FileChange]) -> "tuple[list[Placed], list[Placed]]":
        """What the files declare at base and at head."""
        from pytest_agentcompliance.parsing.ports.compared import Placed

        ends: tuple[list[Placed], list[Placed]] = ([], [])
        for change in changes.readable(wanted):
            for side, found in zip(ends, _read(change), strict=True):
                side += [Placed(change.path, one) for one in found]
        return ends

    def _settled(self, found: "list[Difference]", ends: "tuple[Known, Known]", tree: Tree) -> "list[Difference]":
        from pytest_agentcompliance.parsing.ports.settled import settled

        def skipped(path: str) -> bool:
            return matches(path, self.exempt)

        counted = [one for one in found if not one.client or self.clients == "report"]
        wanted = [one for one in counted if one.old or self.additions == "report"]
        return settled(wanted, ends, tree.base, tree.head, skipped)


def _says_little_else(path: str) -> bool:
    from pytest_agentcompliance.parsing.ports import kind_of

    kind = kind_of(path)
    return kind in _WHOLE or (kind == "yaml" and "compose" in path.rpartition("/")[2].lower())


def _judged(one: "Difference", changes: ChangeSet, unread: Collection[str]) -> Finding:
    if one.old and one.new:
        was, now = one.old.one, one.new.one
        less = now.what.removeprefix(f"{was.what}, ")
        return Finding(
            f"a port changed from {was.port} to {now.port}: {was.what}{'' if was.what == now.what else f', now {less}'} "
            f"({_place(one.old)} at base, {_place(one.new)} at head)",
            Place(one.new.path, now.line), evidence=f"{was.key} {was.port} -> {now.key} {now.port}",
        )  # fmt: skip
    if one.new:
        new = one.new.one
        return Finding(
            f"a port is new: {new.port}, {new.what} ({_place(one.new)} at head); base declares none there",
            Place(one.new.path, new.line), evidence=f"{new.key} new {new.port}",
        )  # fmt: skip
    assert one.old is not None
    old, gone = one.old.one, _gone_with(one.old, changes, unread)
    return Finding(
        f"a port is gone: {old.port}, {old.what} ({_place(one.old)} at base); {gone or 'head declares none there'}",
        Place(one.old.path), level="style" if gone else "breach", evidence=f"{old.key} gone {old.port}",
    )  # fmt: skip


def _gone_with(one: "Placed", changes: ChangeSet, unread: Collection[str]) -> str:
    """What went away together with a port: its file, its service, script or stage, or all that read the variable."""
    from pytest_agentcompliance.parsing.ports import kind_of

    change = changes.by_path.get(one.path)
    if change is None or change.after is None:
        return "its file went with it"
    kind, _, name = one.one.owner.partition(" ")
    if kind in ("service", "script", "process", "stage") and name:
        text = change.after.text()
        key = re.escape(name)
        named = re.search(rf"(?m)^\s*[\"']?{key}[\"']?\s*:|[\"']{key}[\"']\s*:|(?i:\bas\s+){key}\b", text)
        return "" if named else f"its {kind} went with it"
    if kind_of(one.path) == "env" and one.one.key in unread:
        return "nothing reads it any more"
    return ""


def _read(change: FileChange) -> "tuple[tuple[Declared, ...], tuple[Declared, ...]]":
    """What a file declares at each end; of one over a bound what its changed lines declare, or nothing, and it is unread."""
    from pytest_agentcompliance.parsing.ports import kind_of, read

    sides = [read(side.text() if side and is_file(side.mode) else "", change.path) for side in (change.before, change.after)]
    if any(side.unread for side in sides) and change.before and change.after and kind_of(change.path) in _BY_LINES:
        sides = [read(_alone(lines), change.path) for lines in (change.removed, change.added)]
    if why := sides[1].unread or sides[0].unread:
        if change.after is not None:  # what goes with its file is a remark at most
            change.ledger.note_unread(change.path, why)
        return (), ()  # one end alone would tell every port of the other as new or gone
    return sides[0].declared, sides[1].declared


def _alone(lines: Sequence[Line]) -> str:
    """Some lines of a text, each in its place."""
    parts: list[str] = []
    at = 1
    for line in lines:
        parts += ["\n" * (line.number - at), line.text]
        at = line.number
    return "".join(parts)


def _place(at: "Placed") -> str:
    return f"{at.path}:{at.one.line}"
