"""What code says of an endpoint: the schemas of its input, what its handler answers with, what it fails with."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import islice

from pytest_agentcompliance.parsing import relative_imports as relative
from pytest_agentcompliance.parsing import validators
from pytest_agentcompliance.parsing.plan import shapes
from pytest_agentcompliance.parsing.routes import Route
from pytest_agentcompliance.parsing.validators import Shape

MOST = 60  # files that are read for one handler
DEPTH = 3
_LONGEST = 400_000  # characters of a file that is read
_MODEL = re.compile(r"response_model\s*=\s*((?:[\w.]{1,60}\[){0,3})\"?(\w{1,80})")
_RETURNS = re.compile(r"\)\s*->\s*((?:[\w.]{1,60}\[){0,3})\"?(\w{1,80})[\]\s|\w.\"]{0,60}:\s*(?:#[^\n]*)?\n")
_HELD = re.compile(
    r"\b(?!JSON\b)([A-Za-z]\w{0,80})\.(?:safeParse|parse|parseAsync|safeParseAsync|validate|validateAsync|validateSync)\(\s*(?:await\s+)?"
    r"(?:(?:req|request|ctx\.request|c\.req|ctx|event)\.(?:body|json\(\))|body|payload)\b"
    r"|\b(?:validate(?:Body|Request|Schema)?|zValidator|validateWith|celebrate)\(\s*(?:[\"']json[\"']\s*,\s*)?(?:\{\s*body\s*:\s*)?([A-Za-z]\w{0,80})"
)
_BROWSER = re.compile(r"(?:^|/)(?:front[-_]?end|client|web|webapp|ui|mobile|www)/", re.IGNORECASE)
_WRAPS = re.compile(r"list|List|Sequence|Iterable|set", re.IGNORECASE)
_ANSWERS = re.compile(
    r"\b(?:res|response|reply|rep|c|ctx|context|h|Response|NextResponse)(?:\s*\.\s*(?:status|code|type|header|"
    r"set)\([^()\n]{0,80}\)){0,3}\s*\.\s*(?:json|send)\(\s*"
    r"|\bJSONResponse\(\s*(?:content\s*=\s*)?|\bjsonify\(\s*|\breturn\s+(?=\{)|\breturn\s+\(\s*(?=\{)"
)
_GIVES = re.compile(r"\.(?:json|send|end|text|sendStatus)\(|\bnew Response\(|\braise\b|\bthrow\b|\bnext\(")
_STATUS = re.compile(r"(?:status|code|status_code|statusCode)\s*[(=:]\s*(?:\w+\.)*(?:HTTP_)?([1-5]\d\d)\b")
_FROM = re.compile(r"^[ \t]*from[ \t]+([A-Za-z_][\w.]{0,200})[ \t]+import[ \t]+([^\n#]{1,400})", re.MULTILINE)
_LINES = re.compile(r"^[ \t]*(?:import|export|from|const|let|var|\})[^\n]{0,500}", re.MULTILINE)
_ALIAS = re.compile(r"from\s*[\"'](?:@|~|src|#)[\w@-]{0,40}/([\w./-]{1,200})[\"']")
_WORD = re.compile(r"[A-Za-z_]\w{0,80}")
_SIMPLE = frozenset({
    "dict", "list", "str", "int", "bool", "float", "None", "Any", "Response", "JSONResponse", "object", "tuple", "bytes", "Dict",
    "List",
})  # fmt: skip

# What code may say that answers with a status, beside the number itself.
_SAYS: Mapping[int, re.Pattern[str]] = {
    status: re.compile(rf"\b{status}\b|{said}", re.IGNORECASE)
    for status, said in {
        400: r"bad_?request|invalid|validat|valueerror|\bzod|\bjoi|is required|z\.object",
        401: r"unauthori[sz]|unauthenticated|credential|authenticat|\bauth|verify_?token|current_?user",
        402: r"payment_?required|insufficient",
        403: r"forbidden|permission|access_?denied|not_?allowed|unauthori[sz]|denied",
        404: r"not_?found|does_?not_?exist|no_?such|or_?fail\b|or_?throw\b|or_?404|P2025",
        409: r"conflict|already|duplicate|taken|integrity_?error|P2002|23505|unique_?(?:constraint|violation)",
        410: r"\bgone|expired|revoked",
        413: r"too_?large|max_?(?:file_?)?size|content_?length|file_?size|body_?limit",
        415: r"unsupported|mime|content_?type|file_?type",
        422: r"unprocessable|validat|invalid|basemodel|\bfield\(|\bzod",
        423: r"locked",
        429: r"too_?(?:many|fast)|throttl|rate_?limit|limiter|quota",
        502: r"bad_?gateway|upstream",
        503: r"unavailable|disabled|time_?out|not_?(?:ready|configured)",
        504: r"time_?out|timed_?out",
    }.items()
}  # fmt: skip
_ERRORS = re.compile(r"(?:^|/)[\w.-]{0,40}(?:errors?|exceptions?)(?:/[\w.-]{1,60})?\.\w{2,4}$", re.IGNORECASE)
_RAISED = re.compile(
    r"\b(?:raise|throw new|throw|new|reject\(new)\s+(?:\w+\.)?([A-Z]\w{1,80})|\b([A-Za-z]\w{0,60}(?:Error|"
    r"Exception)s?)\.(\w{1,60})"
)
_NEXT = re.compile(r"\n(?=(?:export\s+)?(?:class|def|function|const)\s|\s{1,4}static\s)")
# Those that say nothing of one endpoint: any server answers with them of itself.
EVERYWHERE = frozenset({500, 405})


@dataclass(frozen=True, slots=True)
class Body:
    """The outermost fields of a body as code states them. ``closed``: it has no others. ``where`` is the schema or the handler."""

    fields: tuple[validators.Field, ...]
    where: str
    path: str
    line: int
    closed: bool = True

    @property
    def names(self) -> frozenset[str]:
        """The names of its fields."""
        return frozenset(one.name for one in self.fields)


@dataclass
class Code:
    """One end of the run: its files by path; those that are not code of the product are left out."""

    files: Mapping[str, str]
    search: Callable[[Collection[str]], Mapping[str, Collection[str]]]  # the files that have each of some words
    _words: dict[str, frozenset[str]] = field(default_factory=dict)
    _schemas: dict[str, list[tuple[str, Shape]]] = field(default_factory=dict)
    _reach: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _names: dict[str, list[str]] = field(default_factory=dict)
    _bare: dict[str, str] = field(default_factory=dict)
    _fails: dict[tuple[str, str, int], bool] = field(default_factory=dict)

    def ask(self, words: Collection[str]) -> None:
        """Looks for many words at once: one search of a tree costs what a hundred cost."""
        if left := [one for one in words if one not in self._words]:
            found = self.search(left)
            self._words.update((one, frozenset(path for path in found.get(one, ()) if path in self.files)) for one in left)

    def where(self, word: str) -> frozenset[str]:
        """The files of code that have a word."""
        self.ask([word])
        return self._words[word]

    def saying(self, word: str, near: str) -> frozenset[str]:
        """The files whose code has a word, outside of comments; those of a browser only where ``near`` is one of them."""
        beside = _BROWSER.search(near) is not None
        found = [path for path in sorted(self.where(word)) if beside or _BROWSER.search(path) is None]
        return frozenset(path for path in found[:MOST] if word in self._code(path) or not self.text(path))

    def text(self, path: str) -> str:
        """A file's text; none of one that is too long or not there."""
        said = self.files.get(path, "") if path in self.files else ""
        return said if len(said) <= _LONGEST else ""

    def handler(self, route: Route) -> str:
        """The declaration of a route and its handler as text."""
        spans = [route.at, *([route.handler] if route.handler is not None else [])]
        return "\n".join("\n".join(self.text(one.path).split("\n")[one.line - 1 : one.last]) for one in dict.fromkeys(spans))

    def refuses(self, route: Route) -> bool:
        """Whether a route is there to say that its method is not: 405 is all that its handler answers with."""
        said = self.handler(route) if route.statuses == {405} else ""
        return len(_GIVES.findall(said)) == 1 and len(re.findall(r"\breturn\b|\?", said)) <= 1

    def request(self, route: Route) -> Body | None:
        """The schema that a route's input is held to; None where none is named, several are, or it cannot be read."""
        if route.body:
            return self._named(route.body, route.at.path)
        said = self.handler(route)
        names = dict.fromkeys(filter(None, (one for pair in _HELD.findall(said) for one in pair)))
        return self._named(next(iter(names)), route.at.path) if len(names) == 1 else None

    def response(self, route: Route) -> tuple[Body | None, bool | None]:
        """What a route answers with when it succeeds, and whether that is a list; None where the code does not say."""
        said = self.handler(route)
        if route.at.path.endswith(".py"):
            found = _MODEL.search(said) or _RETURNS.search(said)
            if found is not None and found[2] not in _SIMPLE:
                body = self._named(found[2], route.at.path)
                wrapped = [one for one in found[1].split("[") if one]
                if body is None or any(not _WRAPS.fullmatch(one.rpartition(".")[2]) for one in wrapped):
                    return None, None
                return body, bool(wrapped)
            if found is not None and found[1]:
                return None, None
        return self._literals(route, said), None

    def _literals(self, route: Route, said: str) -> Body | None:
        """The objects that a handler answers with, all of its successes as one; None where one of them is no plain object."""
        names: dict[str, validators.Field] = {}
        closed = True
        found = 0
        for one in islice(_ANSWERS.finditer(said), MOST):
            status = _STATUS.search(said[max(0, one.start() - 10) : one.end()])
            rest = said[one.end() : one.end() + 6000]
            after = _after(rest)
            status = status or _STATUS.search(after)
            if (status is not None and int(status[1]) >= 400) or re.match(r"\{\s*(?:\"|')?(?:error|errors|detail)\b", rest):
                continue
            if re.match(r"\s*,\s*[45]\d\d\b", after):
                continue
            if not rest.startswith("{"):
                return None  # it answers with what some other part made
            shape = shapes.of_text(rest, 1)
            if shape is None or re.search(r"\.\.\.|\*\*", rest[: len(rest) - len(after)]):
                closed = False
            for each in shape.fields if shape is not None else ():
                names.setdefault(each.name, validators.Field(each.name, "other", False))
            found += 1
        if not found or not names:
            return None
        at = route.handler or route.at
        return Body(tuple(names.values()), "the object there", at.path, at.line, closed)

    def _named(self, name: str, near: str) -> Body | None:
        """The schema of a name: of the file itself, else the only one of that name in the tree."""
        short = name.rpartition(".")[2]
        found = self._of_name(short)
        own = [one for one in found if one[0] == near] or found
        if not own:
            return None
        path, one = own[0]
        if len({each.names for _, each in own}) > 1:
            return None
        known = {each.name for each in one.fields}
        # What it is derived from may add fields, where that is not in the file.
        closed = not one.bases or all(self._is_plain(base, path) for base in one.bases)
        return Body(one.fields, short, path, one.line, closed and bool(known))

    def _is_plain(self, base: str, path: str) -> bool:
        """Whether the fields of a base are among those that were read: it stands in the same file."""
        word = _WORD.match(base)
        return word is not None and re.search(rf"\bclass\s+{re.escape(word[0])}\b", self.text(path)) is not None

    def _of_name(self, name: str) -> list[tuple[str, Shape]]:
        if not _WORD.fullmatch(name):
            return []
        if name not in self._schemas:
            made: list[tuple[str, Shape]] = []
            for path in sorted(self.where(name))[:MOST]:
                if re.search(rf"(?:class|const|let|var|type)\s+{name}\b|^{name}\s*=", self.text(path), re.MULTILINE):
                    found = validators.shapes(path, self.text(path)).found
                    made += [(path, one) for one in found if one.name == name and not one.inner]
            self._schemas[name] = made
        return self._schemas[name]

    def fails_with(self, route: Route, status: int) -> bool:
        """Whether the handler, or what it imports, has anything that may answer with a status."""
        if status in route.statuses or status in EVERYWHERE or (status >= 500 and status not in _SAYS):
            return True
        says = _SAYS.get(status) or re.compile(rf"\b{status}\b")
        if status in (401, 403) and route.guards:
            return True
        if status in (400, 422) and (route.body or route.framework in ("fastapi", "nest", "nestjs")):
            return True
        if status == 429 and any(says.search(one) for one in route.guards):
            return True
        key = ((route.handler or route.at).path, route.at.path, status)
        if key not in self._fails:
            self._fails[key] = self._leads_to(route, says)
        return self._fails[key]

    def _leads_to(self, route: Route, says: re.Pattern[str]) -> bool:
        start = {route.at.path, (route.handler or route.at).path}
        read = [path for path in self.reached(route) if path in start or not _ERRORS.search(path)]
        return any(says.search(self._code(path)) for path in read) or any(says.search(one) for one in self._raised(route))

    def _raised(self, route: Route) -> list[str]:
        """What the modules of errors say of those that the handler, or what it leads to, raises."""
        reached = self.reached(route)
        of_errors = [one for one in reached if _ERRORS.search(one)]
        if not of_errors:
            return []
        names: dict[str, None] = {}
        for path in reached:
            if path not in of_errors:
                for one in _RAISED.finditer(self._code(path)):
                    names.update(dict.fromkeys(filter(None, (one[1], one[2], one[3]))))
        found = []
        for path in of_errors:
            text = self._code(path)
            for name in list(names)[:200]:
                at = re.search(rf"\b(?:class|def|function|const|static)\s+{name}\b", text)
                if at is not None:
                    found.append(_NEXT.split(text[at.start() : at.start() + 3000], maxsplit=1)[0])
        return found

    def _code(self, path: str) -> str:
        """A file without its comments."""
        from pytest_agentcompliance.parsing.comments import blanked  # start-up time

        if path not in self._bare:
            self._bare[path] = blanked(self.text(path), path)
        return self._bare[path]

    def reached(self, route: Route) -> tuple[str, ...]:
        """The files that a route's handler may lead to: its own, and what they import of the tree, a few steps far."""
        start = (route.handler or route.at).path
        if start not in self._reach:
            found = {start: None, route.at.path: None}
            edge = list(found)
            for _ in range(DEPTH):
                edge = [one for path in edge for one in self._imports(path) if one not in found]
                found |= dict.fromkeys(edge[: max(0, MOST - len(found))])
            self._reach[start] = tuple(found)
        return self._reach[start]

    def _imports(self, path: str) -> list[str]:
        text = self.text(path)
        found: list[str] = []
        if path.endswith(".py"):
            for one in _FROM.finditer(text):
                parts = one[1].split(".")
                names = _WORD.findall(one[2])[:40]
                for tail in ("/".join(parts), *("/".join([*parts, name]) for name in names)):
                    found += self._ending(f"{tail}.py", path)[:1]
        for line in _LINES.findall(text):
            if written := relative.named(line.strip(), path):
                at = relative.place(path, written)
                found += [full for full in _tried(at) if full in self.files][:1]
            elif (said := _ALIAS.search(line)) and not path.endswith(".py"):
                for full in _tried(said[1]):
                    if hits := self._ending(full, path):
                        found.append(hits[0])
                        break
        return list(dict.fromkeys(found))[:MOST]

    def _ending(self, tail: str, near: str) -> list[str]:
        """The files whose paths end so, those with most of the path in common first."""
        name = tail.rpartition("/")[2]
        hits = [one for one in self._of_each_name.get(name, ()) if one == tail or one.endswith("/" + tail)]
        return sorted(hits, key=lambda one: -_common(one, near))

    @property
    def _of_each_name(self) -> Mapping[str, list[str]]:
        if not self._names:
            for one in self.files:
                self._names.setdefault(one.rpartition("/")[2], []).append(one)
        return self._names


def _tried(at: str) -> list[str]:
    bare = re.sub(r"\.(?:js|mjs|cjs|jsx)$", "", at)
    endings = (".ts", ".js", ".mjs", ".tsx", ".py", "/index.ts", "/index.js", "/__init__.py")
    return [at, *(f"{bare}{ending}" for ending in endings)]


def _common(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count


def _after(text: str) -> str:
    """What stands behind the object that a text begins with, to the end of its call."""
    depth = 0
    for at, char in enumerate(text):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if not depth:
            return text[at + 1 : at + 80].partition("\n")[0]
    return ""


def spelled(code: str) -> tuple[str, ...]:
    """How else code may write the name of an error: USER_NOT_FOUND as userNotFound, UserNotFound, user_not_found."""
    words = [one for one in code.lower().split("_") if one]
    pascal = "".join(one.capitalize() for one in words)
    camel = pascal[:1].lower() + pascal[1:]
    return ("_".join(words), pascal, camel, "-".join(words), f"{pascal}Error", f"{pascal}Exception", code.replace("_", ""))
