"""architecture/core-transport-agnostic: what core logic gains in imports of transports, frameworks, ORMs and platforms."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.core_imports import Denied, Forbidden
    from pytest_agentcompliance.parsing.hexagon import Layers

CORE = ["packages/core/**", "packages/*/*-core/**", "**/domain/**"]
INNER = ["domain", "application", "ports", "core", "usecases", "use-cases", "use_cases", "entities"]
OUTER = ["adapters", "adapter", "infrastructure", "infra"]
ENTRIES = ["controllers", "routes", "routers"]
PACKAGES = ["apps/**", "packages/backend/**", "packages/adapters/**"]
EXEMPT = [
    "packages/core/*component*/**", "packages/core/*design*/**", "packages/core/*hook*/**", "packages/core/ui/**",
    "packages/core/*-ui/**", "packages/core/ui-*/**", "packages/core/*theme*/**", "packages/core/*icon*/**",
    "packages/core/*chart*/**", "packages/core/*accessibility*/**",
    "packages/core/*client*/**", "packages/core/*cache*/**", "packages/core/*adapter*/**", "packages/core/*logg*/**",
    "packages/core/*database*/**", "packages/core/db/**", "packages/core/*auth*/**", "packages/core/*test*/**",
    "apps/web/**", "apps/*-web/**", "apps/web-*/**", "apps/frontend/**", "apps/*-frontend/**", "frontend/**", "web/**",
]  # fmt: skip
TESTS = [
    "**/__tests__/**", "**/tests/**", "**/test/**", "**/testing/**", "**/__mocks__/**", "**/mocks/**", "**/fixtures/**",
    "**/e2e/**", "**/scripts/**", "*.test.*", "*.spec.*", "*.stories.*", "test_*.py", "*_test.*", "conftest.py", "*.config.*",
    "*.setup.*",
]  # fmt: skip
UI = "ui framework"
KINDS = [
    "transport", "http framework", "http client", "graphql", "orm", "database driver", "queue", "cache", "cloud platform",
    "file storage", UI,
]  # fmt: skip
_CODE = re.compile(r"\.(?:[cm]?[jt]sx?|vue|svelte|astro|pyi?|go)$", re.IGNORECASE)


_KNOWN = (
    "express", "pg", "drizzle-orm", "node:http", "axios", "graphql", "ioredis", "amqplib", "@aws-sdk/client-s3", "@vercel/node",
    "react",
)  # fmt: skip


@dataclass(frozen=True)
class _File:
    """A file of core logic that the change touches: what makes it core, what it may not import at base and at head."""

    change: FileChange
    why: str
    before: "tuple[Forbidden, ...]"
    after: "tuple[Forbidden, ...]"


class CoreTransportAgnostic(Rule):
    """Core logic gains no import of a transport, a framework, an ORM or a platform.

    Why: core logic that knows Express, Drizzle or S3 can be used and tested only together with them, and is written
    anew when they change. What is specific to them belongs into an adapter.

    A file is core by ``core``, or by a folder of ``layers`` that lies beside a folder of ``adapters``, or beside a folder
    that has one. What a file imports at head and did not at base is reported, per file and package: modules of the
    ``kinds``, relative imports into a folder of adapters or of a file that imports such a module itself, and packages of
    the repository that are adapters. So are the dependencies, development aside, that the manifest of a core package
    gains. A file that is moved into core brings all of its imports; what only moves within core is no gain.

    Blind spots: a module that the table of kinds does not have; platform globals that need no import (fetch, process.env);
    what an import hands on through a second file; names that are computed; aliases of a tsconfig other than @/, ~/, #/ and
    src/; what a file named as one of types does besides. The SDKs of payment, mail and models are no kind of the default.
    """

    core: list[str] = Field(default=CORE, description="Globs of core logic; a later !glob takes files out again.")
    layers: list[str] = Field(
        default=INNER,
        description="Names of folders that are core logic where a folder of adapters lies beside them, or one folder further.",
    )
    adapters: list[str] = Field(
        default=OUTER, description="Names of folders, and of files without their ending, that are adapters."
    )
    entries: list[str] = Field(
        default=ENTRIES, description="The same, of where requests come in: no sign that the folder beside them is core logic."
    )
    adapter_packages: list[str] = Field(
        default=PACKAGES,
        description="Globs of the repository's own packages that core logic may not import; core packages there are core.",
    )
    exempt: list[str] = Field(
        default=EXEMPT,
        description="Globs of what lies under core and is none: packages of the user interface, adapters by their name.",
    )
    tests: list[str] = Field(default=TESTS, description="Globs of files that may import anything: tests, configuration, scripts.")
    kinds: list[str] = Field(default=KINDS, description="Kinds of modules that core logic may not import.")
    modules: list[str] = Field(
        default=[], description="More modules that it may not import, each with all below it; * stands for any characters."
    )
    allowed: list[str] = Field(default=[], description="Modules that it may import whatever their kind, each with all below it.")
    type_only: Literal["breach", "style", "ignore"] = Field(
        default="breach",
        description="What an import of types alone is: it couples core logic to another's types, and is gone at run time.",
    )

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Move what needs the module into an adapter, and let core logic have it through a port: an interface or a function."
    )
    examples = (
        Example(
            "An import of a framework, an ORM or a platform in core is reported at its line, a manifest's dependency too.",
            before={"packages/core/cart/package.json": '{"name": "@x/cart"}\n'},
            after={
                "packages/core/cart/package.json": '{"name": "@x/cart", "dependencies": {\n  "pg": "^8"}}\n',
                "packages/core/cart/src/a.ts": "import { z } from 'zod'\nimport { eq } from 'drizzle-orm'\n",
                "packages/core/cart/src/b.ts": "export * from '@aws-sdk/client-s3'\nconst e = require('express')\n",
                "packages/core/cart/src/c.ts": "import type { VercelRequest } from '@vercel/node'\n",
                "packages/core/cart/src/d.ts": "export const d = async () => import('node:http')\n",
            },
            finds=(
                "packages/core/cart/package.json:2", "packages/core/cart/src/a.ts:2", "packages/core/cart/src/b.ts:1",
                "packages/core/cart/src/b.ts:2", "packages/core/cart/src/c.ts:1", "packages/core/cart/src/d.ts:1",
            ),
        ),
        Example(
            "An import of an adapter is reported: by its folder, by what it imports itself, and of a package.",
            before={
                "api/cart/adapters/rows.ts": "export const rows = []\n", "api/cart/db.ts": "import pg from 'pg'\n",
                "apps/till/package.json": '{"name": "@x/till"}\n',
            },
            after={
                "api/cart/adapters/rows.ts": "export const rows = []\n", "api/cart/db.ts": "import pg from 'pg'\n",
                "apps/till/package.json": '{"name": "@x/till"}\n',
                "api/cart/application/add.ts": "import { rows } from '../adapters/rows.js'\nimport '../db.js'\nimport '../x.js'\n",
                "packages/core/cart/src/a.ts": "import { open } from '@x/till/drawer'\n",
            },
            finds=("api/cart/application/add.ts:1", "api/cart/application/add.ts:2", "packages/core/cart/src/a.ts:1"),
        ),
        Example(
            "Python is read alike.",
            before={"shop/adapters/orm.py": "x = 1\n"},
            after={
                "shop/adapters/orm.py": "x = 1\n",
                "shop/core/cart.py": "from pydantic import BaseModel\nfrom fastapi import Depends\nfrom ..adapters import orm\n",
                "shop/domain/till.py": "import sqlalchemy.orm\nfrom .. import adapters\nfrom shop.adapters.orm import x\n",
            },
            finds=(
                "shop/core/cart.py:2", "shop/core/cart.py:3",
                "shop/domain/till.py:1", "shop/domain/till.py:2", "shop/domain/till.py:3",
            ),
        ),
        Example(
            "A file that is moved into core brings its imports.",
            before={"apps/api/a.ts": "import pg from 'pg'\n"}, after={"packages/core/cart/a.ts": "import pg from 'pg'\n"},
            finds=("packages/core/cart/a.ts:1",),
        ),
        Example("Validation, other core packages, loggers and Node's own tools are kept; so are tests and development.", after={
            "packages/core/cart/src/a.ts": "import { z } from 'zod'\nimport pino from 'pino'\nimport { b } from './b.js'\n"
            "import path from 'node:path'\nconst s = 'express' // import 'pg'\n",
            "packages/core/cart/src/__tests__/a.test.ts": "import pg from 'pg'\n",
            "packages/core/cart/package.json": '{"dependencies": {"zod": "3"}, "devDependencies": {"pg": "8"}}\n',
            "packages/core/logger/index.ts": "import http from 'node:http'\n",
        }),
        Example(
            "A file of types alone is no adapter, wherever it lies; one that does something is.",
            before={
                "packages/core/cart/adapters/types.ts": "export interface Store { open(): void }\nexport type Row = string[]\n",
                "packages/core/cart/adapters/file.ts": "export const open = () => read()\nexport type Handle = number\n",
            },
            after={
                "packages/core/cart/adapters/types.ts": "export interface Store { open(): void }\nexport type Row = string[]\n",
                "packages/core/cart/adapters/file.ts": "export const open = () => read()\nexport type Handle = number\n",
                "packages/core/cart/rows.ts": "import type { Store } from './adapters/types'\n"
                "import type { Handle } from './adapters/file'\n",
            },
            finds=("packages/core/cart/rows.ts:2",),
        ),
        Example(
            "What base had is kept, also where it only moves within core.",
            before={"packages/core/a/a.ts": "import pg from 'pg'\nimport ws from 'ws'\n", "packages/core/a/b.ts": "import 'ky'\n"},
            after={"packages/core/a/a.ts": "import { Pool } from 'pg'\n", "packages/core/a/c.ts": "import 'ky'\nimport 'ws'\n"},
        ),
        Example("A package that was one of the user interface is no core in this sense.", before={
            "packages/core/gallery/package.json": '{"peerDependencies": {"react": "19"}}\n',
        }, after={
            "packages/core/gallery/package.json": '{"peerDependencies": {"react": "19"}}\n',
            "packages/core/gallery/src/use.ts": "import { useState } from 'react'\n",
        }),
        Example("Folders named as layers are core only beside adapters; adapters may import anything.", after={
            "app/core/security.py": "from fastapi import Depends\n", "app/routers/a.py": "from fastapi import APIRouter\n",
            "apps/api/core/s3.ts": "import '@aws-sdk/client-s3'\n", "apps/api/infrastructure/stack.ts": "import 'aws-cdk-lib'\n",
            "src/users/entities/user.ts": "import 'typeorm'\n", "src/users/controllers/user.ts": "import '@nestjs/common'\n",
            "api/cart/adapters/rows.ts": "import pg from 'pg'\n",
            "packages/core/cart/adapters/s3.ts": "import '@aws-sdk/client-s3'\n",
        }),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        from pytest_agentcompliance.parsing.glob_paths import path_in  # start-up time: only a canary asks

        path = path_in(self.core, ".ts")
        modules = [*_KNOWN, *(one.replace("*", "canary") for one in self.modules)]
        text = "".join(f"import * as _{number} from '{one}'\n" for number, one in enumerate(modules))
        own = (Example("Imports of frameworks and drivers in core.", after={path: text}),) if path else ()
        return (*own, *super().canaries())

    def check(self, changes: ChangeSet, tree: Tree) -> Iterator[Finding]:
        inner, outer, entries = (frozenset(name.lower() for name in names) for names in (self.layers, self.adapters, self.entries))
        if all(inner.isdisjoint(one.path.lower().split("/")[:-1]) and not matches(one.path, self.core) for one in changes):
            return
        from pytest_agentcompliance.parsing.hexagon import Layers  # start-up time: when a file may be core
        from pytest_agentcompliance.parsing.manifests import is_manifest

        layers = Layers(tuple(self.core), tuple(self.exempt), inner, outer, entries)
        others = [*self.exempt, *self.tests]
        wanted = [one for one in changes if _CODE.search(one.path) or is_manifest(one.path)]
        wanted = [one for one in wanted if layers.candidate(one.path) and not matches(one.path, others)]
        wanted = list(changes.readable(wanted))
        if not wanted:
            return
        denied = self._denied(layers, tree)
        interface = cache(lambda manifest: self._of_the_interface(manifest, changes, tree))
        files = {one.change.path: one for one in self._files((one for one in wanted if not is_manifest(one.path)), denied)}
        moved = Counter(
            key for one in files.values() for key in {item.key for item in one.before} - {item.key for item in one.after}
        )
        for change in wanted:
            if change.path in files:
                gained = []
                for item in self._gained(files[change.path]):
                    if moved[item.key] > 0:
                        moved[item.key] -= 1
                    else:
                        gained.append(item)
                aside = interface(self._owner(change.path, tree)) if gained else ""
                yield from (self._finding(files[change.path], item) for item in gained if not _aside(item.what, aside))
            elif change.is_text and is_manifest(change.path):
                yield from self._of_manifest(change, denied, interface(self._owner(change.path, tree)))

    def _denied(self, layers: "Layers", tree: Tree) -> "Denied":
        from pytest_agentcompliance.parsing.core_imports import Denied
        from pytest_agentcompliance.parsing.hexagon import Places

        return Denied(
            frozenset(self.kinds), _modules(self.modules), _modules(self.allowed), tuple(self.adapter_packages),
            Places(layers, tree.head), tree.head,
        )  # fmt: skip

    def _files(self, code: Iterator[FileChange], denied: "Denied") -> Iterator[_File]:
        """The files of core logic, each with what it may not import; those that are gone too, for what moves."""
        for change in code:
            if (why := denied.places.core(change.path)) and not denied.places.compiled(change.path):
                after = denied.imports(_text(change.after), change.path)
                before = denied.imports(_text(change.before), change.path)
                yield _File(change, why, self._counted(before), self._counted(after))

    def _counted(self, found: "tuple[Forbidden, ...]") -> "tuple[Forbidden, ...]":
        return tuple(one for one in found if not (one.type_only and self.type_only == "ignore"))

    def _gained(self, file: _File) -> "Iterator[Forbidden]":
        """What head imports and base did not, each once. Where types count less, an import of code is more than one of types."""
        style = self.type_only == "style"
        had = {(one.key, style and one.type_only) for one in file.before}
        for one in sorted(file.after, key=lambda one: style and one.type_only):
            if (one.key, False) not in had and (one.key, style and one.type_only) not in had:
                had.add((one.key, style and one.type_only))
                yield one

    def _finding(self, file: _File, item: "Forbidden") -> Finding:
        change = file.change
        base = "at base this file did not import it" if change.kind != "added" else "the file is new"
        if change.renamed_from:
            base = f"the file was moved here from {change.renamed_from}"
        types = "types of " if item.type_only else ""
        return Finding(
            f"core logic ({file.why}) imports {types}{item.module[:100]!r} {item.what[:300]}; {base}",
            Place(change.path, item.line), evidence=f"import {item.key}",
            level="style" if item.type_only and self.type_only == "style" else "breach",
        )  # fmt: skip

    def _of_manifest(self, change: FileChange, denied: "Denied", aside: str) -> Iterator[Finding]:
        """The dependencies that the manifest of a core package gains."""
        why = denied.places.core(change.path)
        if not why:
            return
        had = {one.key for one, _ in denied.dependencies(_text(change.before), change.path)}
        for one, what in denied.dependencies(_text(change.after), change.path):
            if one.key not in had and not _aside(what, aside):
                had.add(one.key)
                base = "at base it did not" if change.before else "the package is new"
                yield Finding(
                    f"a core package ({why}) depends on {one.name[:100]!r} {what[:300]} under {one.group[:60]}; {base}",
                    Place(change.path, one.line), evidence=f"dependency {one.key}",
                )  # fmt: skip

    def _owner(self, path: str, tree: Tree) -> str:
        """The manifest, in core itself, of the package that a file belongs to; empty where there is none."""
        from pytest_agentcompliance.parsing.packages import folders

        owners = (f"{folder}/package.json" for folder in folders(path) if folder)
        return next((one for one in owners if one in tree.head.files and matches(one, self.core)), "")

    def _of_the_interface(self, manifest: str, changes: ChangeSet, tree: Tree) -> Literal["", "old", "new"]:
        """Whether a package in core is one of the user interface by what it depends on: at base, or where it is new."""
        from pytest_agentcompliance.parsing.manifests import dependencies
        from pytest_agentcompliance.parsing.modules import kind_of

        change = changes.by_path.get(manifest)
        old = change is None or change.before is not None
        content = change.before if change and change.before else tree.head.files.get(manifest)
        found = (one for one in dependencies(_text(content), manifest) if not one.development)
        if any(kind_of(one.package, "node") == UI for one in found):
            return "old" if old else "new"
        return ""


def _aside(what: str, interface: str) -> bool:
    """Whether something is left to a package of the user interface: to a new one its framework alone."""
    return interface == "old" or (interface == "new" and what == f"({UI})")


def _modules(names: list[str]) -> re.Pattern[str]:
    each = "|".join(".*".join(map(re.escape, name.split("*"))) for name in names) or r"(?!)"
    return re.compile(rf"(?:{each})(?:[/.].*)?")


def _text(content: Content | None) -> str:
    """The text of a regular file; nothing where there is none, or it cannot be read."""
    if content is None or not is_file(content.mode):
        return ""
    try:
        return content.text()
    except Unreadable:  # that it could not be read is in the ledger
        return ""
