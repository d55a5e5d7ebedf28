"""spec/schemas-imported: a validation schema that the specification has is imported from there, and not made again."""

import re
from collections import Counter
from collections.abc import Generator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.defaults import ENDINGS
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: the readers of schemas are imported when one may have been made
    from pytest_agentcompliance.parsing.validators import Shape
    from pytest_agentcompliance.parsing.validators.likeness import Likeness

SCHEMAS = ["specs/schemas/**", "**/specs/schemas/**", "!**/node_modules/**", "!**/templates/**", "!*.template.*"]
EXEMPT = [
    "**/__tests__/**", "**/__mocks__/**", "**/__fixtures__/**", "**/tests/**", "**/test/**", "**/testing/**", "**/fixtures/**",
    "**/mocks/**", "**/e2e/**", "**/playwright/**", "**/cypress/**", "*.test.*", "*.spec.*", "*.stories.*", "test_*.py",
    "*_test.py", "conftest.py", "*.d.ts", "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/dist*/**", "**/build/**",
    "**/generated/**", "*.generated.*", "**/examples/**", "docs/**", "**/templates/**",
]  # fmt: skip
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_MOST = 500  # files of schemas that are read

_ZOD = "import { z } from 'zod'\n\nexport const CreateUserSchema = z.object({\n  email: z.string().email(),\n  name: z.string(),\n"
_SPEC = {"specs/schemas/user.ts": _ZOD + "  age: z.number().optional(),\n})\n"}
_MODEL = (
    "from pydantic import BaseModel, EmailStr\n\n\nclass UserCreate(BaseModel):\n"
    "    email: EmailStr\n    full_name: str\n    age: int\n"
)
_PYTHON = {"specs/schemas/user.py": _MODEL}


class SchemasImported(Rule):
    """A validation schema that specs/schemas has is imported from there, and not made again.

    Why: the schemas of the specification are the contract. A second one is right on the day that it is written; from the next
    change on, what the API takes and what was agreed are two things, and nobody sees it.

    The objects of Zod, Yup and Joi and the models of Pydantic that the change adds are held to those that base has in
    specs/schemas, by their names (``createUserSchema``, ``CreateUser`` and ``CreateUserDto`` are one) and by the names and
    kinds of their fields. What has the name of one that is there and half of its fields, or three, is a finding, and so is
    what has all of its fields under another name, four or more, or two where the names are near. Fields that any schema may
    have (id, name, page) say nothing. A schema that has little more than the name, one that is nearly the same, and a class of
    class-validator, which a framework may need as a class, are remarks. What is derived from
    the specification's own (``.extend()``, ``.pick()``, a subclass) and what only moved is kept.

    Blind spots: a schema in TypeScript whose model is one of Pydantic, and the other way round; schemas that are no objects
    (``z.enum([...])``), and those that the specification itself derives from another; what is made at run time, by other
    libraries (Valibot, ArkType, TypeBox, marshmallow), or as JSON; checks that are written by hand.
    """

    schemas: list[str] = Field(
        default=SCHEMAS, min_length=1, description="Globs of the specification's schemas; a later !glob takes files out again."
    )
    exempt: list[str] = Field(default=EXEMPT, description="Globs of files whose schemas nobody's input is held to.")

    candidates: ClassVar[Candidates] = Candidates(
        contains=(rb"object\s*\(", rb"Object\s*\(", rb"class \w+\s*\(.", rb"@Is[A-Z]"), endings=ENDINGS
    )
    remedy: ClassVar[Remedy] = Remedy(
        "fix",
        "Import the schema from the specification, and derive from it where more is needed (extend, pick, a subclass). Where the "
        "specification is wrong, tell who owns it, and leave it as it is.",
    )
    examples = (
        Example(
            "A schema that is made again is reported, with its name in another form or with another library.",
            before=_SPEC,
            after={
                **_SPEC,
                "src/users/schema.ts": "import { z } from 'zod'\n\nconst createUser = z.object({ email: z.string(), name })\n",
                "src/users/form.ts": "const createUserSchema = yup.object({\n  email: yup.string(), age: yup.number() })\n",
            },
            finds=("src/users/form.ts:1", "src/users/schema.ts:3"),
        ),
        Example(
            "So is a model of Pydantic.",
            before=_PYTHON, after={**_PYTHON, "src/api/users.py": _MODEL.replace("age: int", "age: int | None = None")},
            finds=("src/api/users.py:4",),
        ),
        Example(
            "All the fields of one under another name are reported where they are many, or where the names are near.",
            before={
                "specs/schemas/a.py": "from pydantic import BaseModel\n\n\nclass Order(BaseModel):\n    sku: str\n    total: int\n"
                "    buyer: str\n    paid: bool\n\n\nclass LoginRequest(BaseModel):\n    email: str\n    password: str\n",
            },
            after={
                "specs/schemas/a.py": "from pydantic import BaseModel\n\n\nclass Order(BaseModel):\n    sku: str\n    total: int\n"
                "    buyer: str\n    paid: bool\n\n\nclass LoginRequest(BaseModel):\n    email: str\n    password: str\n",
                "src/shop.py": "from pydantic import BaseModel\n\n\nclass Purchase(BaseModel):\n    total: int\n    sku: str\n"
                "    paid: bool\n    buyer: str\n\n\nclass Login(BaseModel):\n    email: str\n    password: str\n",
            },
            finds=("src/shop.py:4", "src/shop.py:11"),
        ),
        Example(
            "A schema within a route is reported; a class of class-validator is a remark.",
            before=_SPEC,
            after={
                **_SPEC,
                "src/routes.ts": "import { z } from 'zod'\nrouter.post('/', validate(z.object({ a: z.string() })))\n"
                "const createUserBody = z.object({ email: z.string(), name: z.string(), age: z.number().optional() })\n",
                "src/dto.ts": "export class CreateUserDto {\n  @IsEmail() email: string\n  @IsString() name: string\n}\n",
            },
            finds=("src/routes.ts:3",), styles=("src/dto.ts:1",),
        ),
        Example(
            "What is imported, and what is derived, is kept.",
            before=_SPEC | _PYTHON,
            after={
                **_SPEC, **_PYTHON,
                "src/users.ts": "import { z } from 'zod'\nimport { CreateUserSchema } from '../specs/schemas/user'\n"
                "export const createUser = CreateUserSchema.extend({ invitedBy: z.string() })\n"
                "export const createUserSchema = z.object({ ...CreateUserSchema.shape, email: z.string() })\n"
                "export const request = z.object({ body: CreateUserSchema, params: z.object({ id: z.string() }) })\n",
                "src/users.py": "from specs.schemas import user\n\n\nclass UserCreate(user.UserCreate):\n    email: str\n",
            },
        ),
        Example(
            "A schema that has only everyday fields in common with one is kept, and one that the specification has not.",
            before=_SPEC,
            after={
                **_SPEC,
                "src/a.ts": "import { z } from 'zod'\nconst page = z.object({ name: z.string(), page: z.number() })\n"
                "const env = z.object({ PORT: z.number(), URL: z.string(), email: z.string() })\n",
            },
        ),
        Example(
            "A schema that base had beside the specification is not new, and has not become so by moving.",
            before={**_SPEC, "src/user.ts": _ZOD + "})\n"}, after={**_SPEC, "src/users/user.ts": _ZOD + "})\n"},
        ),
        Example(
            "Tests may make their own.",
            before=_SPEC, after={**_SPEC, "src/user.test.ts": _ZOD + "})\n"},
        ),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        if matches("specs/schemas/user.ts", self.schemas):
            return super().canaries()
        paths = (one.replace("**/", "").replace("**", "canary.ts").replace("*", "canary") for one in self.schemas)
        there = next((path for path in paths if path.endswith(".ts") and matches(path, self.schemas)), "")
        if not there or not self._counts("canary/user.ts"):
            return ()
        spec, copy = {there: _ZOD + "})\n"}, {"canary/user.ts": _ZOD + "})\n"}
        return (Example("A schema that is made again.", before=spec, after=spec | copy, finds=("canary/user.ts:3",)),)

    def check(self, changes: ChangeSet, tree: Tree) -> Generator[Finding, None, str]:
        touched = [one for one in self.touched(changes) if self._counts(one.path)]
        locked, wrong = self._locked(tree) if touched else ([], [])
        near = _Near([one for _, one in locked])
        new = [one for one in (_new(changes, touched, near) if touched else []) if not _is_built(one[0], tree)]
        if not locked and new:
            raise NotJudged(f"base has no schema that can be read under {', '.join(self.schemas[:2])}: put there what was agreed")
        if not new:
            return "the change makes no validation schema that is like one of the specification"
        own = {word for _, one in locked for word in [_words(one.name)]}
        for path, one in new:
            if any(_words(part) in own for base in one.bases for part in base.split(".")):
                continue
            if best := _best(one, locked):
                yield _finding(path, one, *best)
        left = f"; not read: {', '.join(wrong[:3])}" if wrong else ""
        return f"{len(new)} new schemas were held to {len(locked)} of the specification{left}"

    def _counts(self, path: str) -> bool:
        return not matches(path, self.schemas) and not matches(path, self.exempt)

    def _locked(self, tree: Tree) -> "tuple[list[tuple[str, Shape]], list[str]]":
        """The schemas of the specification as base has them, and the files that could not be read.

        Of a file that head has no longer nothing can be imported: that it went is for the rule that locks the specification.
        """
        from pytest_agentcompliance.parsing.validators import shapes

        found: list[tuple[str, Shape]] = []
        wrong: list[str] = []
        there = (path for path in sorted(tree.base.files) if path.endswith(ENDINGS) and path in tree.head)
        paths = [path for path in there if matches(path, self.schemas)]
        for path in paths[:_MOST]:
            text = _text(tree.base.files[path])
            said = shapes(path, text) if text is not None else None
            if said is None or not said.read:
                wrong.append(path)
            else:
                found += [(path, one) for one in said.found if one.name and not one.inner]
        return found, wrong + paths[_MOST:]


class _Near:
    """Whether a text can have a schema that is like one of the specification: cheap, before a grammar is asked."""

    def __init__(self, locked: "list[Shape]") -> None:
        from pytest_agentcompliance.parsing.validators.likeness import telling

        self._fields = {(one.names, telling(one.names)) for one in locked}
        self._names = {name for one in locked if (name := "".join(_words(one.name)))}

    def __call__(self, text: str) -> bool:
        if not self._fields:
            return True
        found = set(_WORD.findall(text))
        if any(4 * len(names & found) >= 3 * len(names) and own & found for names, own in self._fields):
            return True
        squashed = text.lower().replace("_", "")
        return any(name in squashed for name in self._names)


def _new(changes: ChangeSet, touched: list[FileChange], near: _Near) -> "list[tuple[str, Shape]]":
    """The schemas that head adds; one that only moved, or got another field, is none."""
    from pytest_agentcompliance.parsing.validators import shapes

    before: Counter[tuple[str, frozenset[str]]] = Counter()
    # of a deleted file no patch was searched
    gone = [one for one in changes if one.after is None and one.path.endswith(ENDINGS) and one not in touched]
    added: list[tuple[str, Shape]] = []
    for change in changes.readable(touched):
        there, was = (_text(side) for side in (change.after, change.before))
        said = shapes(change.path, there) if there is not None and near(there) else None
        old = shapes(change.path, was).found if was is not None and near(was) else ()
        if said is not None and not said.read:
            change.ledger.note_unread(change.path, "no grammar can tell which schemas it makes")
        known = {one.name for one in old if one.name}
        before.update((one.name, one.names) for one in old)
        for one in said.found if said is not None else ():
            if one.name in known:
                before.subtract([(one.name, one.names)] if before[one.name, one.names] > 0 else [])
            else:
                added.append((change.path, one))
    found = []
    for change in changes.readable(gone if added else ()):
        if near(text := _text(change.before) or ""):
            before.update((one.name, one.names) for one in shapes(change.path, text).found)
    for path, one in added:
        key = one.name, one.names
        if before[key] > 0:
            before[key] -= 1
        else:
            found.append((path, one))
    return found


def _best(one: "Shape", locked: "list[tuple[str, Shape]]") -> "tuple[str, Shape, Likeness] | None":
    """The schema of the specification that a new one is, and what they have in common."""
    from pytest_agentcompliance.parsing.validators.likeness import alike

    found = [(path, other, like) for path, other in locked if (like := alike(one, other))]
    return max(found, key=lambda each: (each[2].certain, len(one.names & each[1].names)), default=None)


def _finding(path: str, one: "Shape", there: str, other: "Shape", like: "Likeness") -> Finding:
    level: Level = "breach" if like.certain and one.library != "class-validator" else "style"
    told = f"{one.name} is" if one.name else "a schema is"
    message = f"{told} made here, and {there}:{other.line} has {other.name} with {like.why}"
    evidence = f"{other.name}: {one.name} {' '.join(sorted(one.names))}"
    return Finding(message, Place(path, one.line), evidence=evidence, level=level)


def _is_built(path: str, tree: Tree) -> bool:
    """Whether a file of JavaScript is what was made of the TypeScript that lies beside it."""
    stem, _, ending = path.rpartition(".")
    return ending in ("js", "mjs", "cjs", "jsx") and any(f"{stem}.{one}" in tree.head for one in ("ts", "tsx", "mts", "cts"))


def _text(side: Content | None) -> str | None:
    if side is None or not is_file(side.mode):
        return None
    try:
        return side.text()
    except Unreadable:
        return None


def _words(name: str) -> tuple[str, ...]:
    from pytest_agentcompliance.parsing.validators.likeness import words

    return words(name)
