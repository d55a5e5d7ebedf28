"""scope/frontend-files: no frontend work, by path, by kind of file and by content."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange
from pytest_agentcompliance.evidence.changes import SUBMODULE, SYMLINK
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.lookalikes.paths import canonical, disguised
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.code import Import

PATHS = [
    "apps/web/**", "apps/*-web/**", "apps/web-*/**", "apps/frontend/**", "apps/*-frontend/**", "apps/client/**",
    "apps/ui/**", "apps/storybook/**",
    "frontend/**", "web-client/**", "packages/frontend/**", "packages/ui/**", "packages/*-ui/**", "packages/ui-*/**",
    "packages/design-system/**", "**/*component-library*/**", "**/design-system/**", "**/.storybook/**",
]
EXTENSIONS = [
    ".css", ".scss", ".sass", ".less", ".styl", ".pcss", ".postcss", ".tsx", ".jsx", ".vue", ".svelte", ".astro",
    ".stories.ts", ".stories.js", ".stories.mdx", ".component.html",
]
MODULES = [
    "react", "react-dom", "react-native", "react-router", "react-router-dom", "react-redux",
    "@reduxjs/toolkit/query/react", "@tanstack/react-*", "@tanstack/vue-*",
    "next/link", "next/image", "next/head", "next/router", "next/navigation", "next/dynamic", "next/font", "next/script",
    "vue", "vue-router", "pinia", "nuxt", "svelte", "@sveltejs/kit", "@angular/*", "preact", "solid-js", "lit", "@remix-run/react",
    "@mui/*", "@material-ui/*", "antd", "@ant-design/*", "@chakra-ui/*", "@mantine/*", "@radix-ui/*", "@headlessui/*",
    "@heroicons/*",
    "lucide-react", "react-icons", "styled-components", "@emotion/*", "framer-motion", "@testing-library/react",
    "@testing-library/vue",
    "@storybook/*",
]
EXEMPT = [
    "**/email/**", "**/emails/**", "**/email-templates/**", "**/mail-templates/**", "**/*.email.tsx",
    "**/*.email.jsx", "**/*[Ee]mail*.tsx",
    "**/mjml/**", "**/templates/**", "**/views/**", "**/swagger-ui/**", "**/swagger/**", "**/redoc/**",
    "**/api-docs/**", "docs/api/**",
    "**/coverage/**", "**/htmlcov/**", "**/lcov-report/**", "**/playwright-report/**",
]
SERVER_MODULES = [
    "react-dom/server", "react-dom/server.*", "@react-email/*", "react-email", "@react-pdf/*",
    "svelte/server", "vue/server-renderer",
]
_SCRIPTS = (".ts", ".js", ".mts", ".cts", ".mjs", ".cjs")
_JSX = (rb"</[A-Za-z>]", rb"/>")


class FrontendFiles(Rule):
    """No frontend file changes: by folder, by kind of file, and by what is in it.

    Why: a backend run that edits the frontend is not reviewed by the people who own it, and leaves work half done
    on a side whose tests it did not run.

    A frontend file that is edited, deleted or moved is reported, and a file moved out of a frontend folder also where it
    went. So is one whose path only looks like that of such a file, or is the same to some disk: in other case, with look-alike
    or invisible letters, backslashes, dot segments, dots and spaces at the end of a part. In script files elsewhere, JSX and
    imports of a frontend framework or UI kit are reported where head has them and base had none.

    Blind spots: frontend code without JSX or such an import (plain DOM calls, HTML in strings); what a deleted script
    contained; imports by a computed name. A script of more than a mebibyte is read by a rough pattern. The default
    folders are those that many repositories use: name your own.
    """

    paths: list[str] = Field(default=PATHS, description="Globs of the frontend's folders; a later !glob takes files out again.")
    extensions: list[str] = Field(default=EXTENSIONS, description="Endings of frontend files anywhere, compared without case.")
    modules: list[str] = Field(
        default=MODULES, description="Modules that only frontend code imports, each with all below it; * stands for any characters."
    )
    exempt: list[str] = Field(
        default=EXEMPT,
        description="Globs of files outside the frontend's folders that may look like it: emails, server-rendered templates, "
        "generated API docs, reports.",
    )
    server_modules: list[str] = Field(default=SERVER_MODULES, description="Taken out of modules: they render on the server.")

    remedy: ClassVar[Remedy] = Remedy(
        "revert", "Take the change of this file back; frontend work has its own agent. If the story needs it, stop and ask."
    )
    examples = (
        Example(
            "A file of the frontend is reported, whatever it is; so is a style sheet anywhere.",
            after={"apps/web/README.md": "x\n", "apps/api/main.SCSS": "a{}\n",
                   "packages/core/app-component-library/index.ts": "1\n"},
            finds=("apps/api/main.SCSS", "apps/web/README.md", "packages/core/app-component-library/index.ts"),
        ),
        Example(
            "JSX in a .js or .ts file, and an import of a framework, are reported at their lines.",
            after={
                "apps/api/a.js": "const a = 1\nconst b = () => <p>{a}</p>\n",
                "apps/api/b.ts": "import x from './x'\nimport { useState } from 'react'\n",
                "apps/api/c.ts": "vi.mock('@mui/material/Button')\n",
            },
            finds=("apps/api/a.js:2", "apps/api/b.ts:2", "apps/api/c.ts:1"),
        ),
        Example(
            "A file moved out of the frontend is reported at both ends.",
            before={"apps/web/src/a.ts": "export const a = 1\n"},
            after={"packages/backend/a.ts": "export const a = 1\n"},
            finds=("apps/web/src/a.ts", "packages/backend/a.ts"),
        ),
        Example(
            "A path that only looks like the frontend's is reported, and an ending that only looks like one of its own.",
            after={"\u0430pps/web/a.ts": "1\n", "Apps/Web/b.ts": "1\n", "apps\\web\\c.ts": "1\n", "apps/api/../web/d.ts": "1\n",
                   "apps/api/main.\u0441ss": "a{}\n"},
            finds=("Apps/Web/b.ts", "apps/api/../web/d.ts", "apps/api/main.\u0441ss", "apps\\web\\c.ts", "\u0430pps/web/a.ts"),
        ),
        Example("Folders of other languages, and names that only begin alike, are kept.", after={
            "apps/\u0432\u0435\u0431/a.ts": "1\n", "apps/website/b.ts": "1\n", "\u043f\u0440\u0438/web/c.ts": "1\n",
        }),
        Example("A deleted component is reported.", before={"lib/A.tsx": "x\n"}, finds=("lib/A.tsx",)),
        Example("Backend code is kept, generics and words in strings and comments included.", after={
            "apps/api/a.ts": "const a = <T,>(x: T) => x\nconst b = '<p>react</p>' // </p>\nimport { x } from './react'\n",
            "apps/api/b.ts": "import express from 'express'\nimport { z } from 'zod'\nexport const next = 1 // import 'react'\n",
        }),
        Example("Emails and what renders on the server are kept.", after={
            "apps/api/emails/Welcome.tsx": "import { Html } from '@react-email/components'\nexport default () => <Html/>\n",
            "apps/api/render.ts": "import { renderToString } from 'react-dom/server'\n",
            "apps/api/views/site.css": "a{}\n", "apps/api/coverage/base.css": "a{}\n",
        }),
        Example(
            "What base had already is kept.",
            before={"lib/a.js": "import React from 'react'\nexport const A = () => <p/>\n"},
            after={"lib/a.js": "import React from 'react'\nexport const A = () => <p>x</p>\n"},
        ),
    )

    def canaries(self) -> tuple[Example, ...]:
        from pytest_agentcompliance.parsing.glob_paths import path_in  # start-up time: only a canary asks

        path, found = path_in(self.paths), []
        if path:
            found.append(Example("A file in a folder of the frontend.", after={path: "x\n"}, finds=(path,)))
        if self.extensions:
            path = f"canary/main{self.extensions[0]}"
            found.append(Example("A file that ends as those of the frontend do.", after={path: "x\n"}, finds=(path,)))
        if self.modules:
            text = f"import x from '{self.modules[0].replace('*', 'canary')}'\n"
            found.append(
                Example("An import of a module of the frontend.", after={"canary/main.ts": text}, finds=("canary/main.ts:1",))
            )
        return tuple(found)

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        plain: list[FileChange] = []
        for change in changes:
            if reason := self._by_name(change):
                yield Finding(reason, Place(change.path), evidence=reason)
            elif self._may_hold_code(change):
                plain.append(change)
        if not plain:
            return
        told = {change.path for change in self.touched(changes)}
        for change in changes.readable(change for change in plain if change.path in told):
            if found := self._by_content(change):
                yield found

    def _by_name(self, change: FileChange) -> str:
        """What makes a file one of the frontend by its path or ending; empty when neither does."""
        if glob := self._folder(change.path):
            done = {"deleted": "was deleted", "added": "was added"}.get(change.kind, "was changed")
            alike = "a look-alike of " if disguised(change.path, [glob], case=False) else ""
            moved = f", moved to {change.renamed_to}" if change.renamed_to else ""
            return f"{alike}a file of the frontend ({glob}) {done}{moved}"
        if change.renamed_from and self._folder(change.renamed_from):
            return f"a file was moved here out of the frontend, from {change.renamed_from}"
        if not matches(change.path, self.exempt) and (ending := self._ending(change.path)):
            alike = "" if change.path.lower().endswith(ending.lower()) else "look-alike of a "
            return f"a {alike}{ending} file is frontend work"
        return ""

    def _folder(self, path: str) -> str:
        """The glob that makes a path one of the frontend's folders, as it is written or as it looks, in whatever case."""
        if matches(path, self.paths):
            return next((glob for glob in reversed(self.paths) if not glob.startswith("!") and matches(path, [glob])), "")
        return disguised(path, self.paths)

    def _ending(self, path: str) -> str:
        name = canonical(path)
        return next((ending for ending in self.extensions if name.endswith(ending.lower())), "")

    def _may_hold_code(self, change: FileChange) -> bool:
        return change.is_text and change.path.lower().endswith(_SCRIPTS) and not matches(change.path, self.exempt)

    def searched(self, path: str) -> bool:
        """Only scripts may hold code of the frontend that their path does not tell."""
        return path.lower().endswith(_SCRIPTS)

    def wanted(self) -> Candidates:
        """What JSX or an import is made of in bytes: of a module the part before its first star, after a quotation mark."""
        names = sorted({re.escape(module.partition("*")[0].encode()) for module in self.modules})
        quoted = rb"[\"'`](?:" + b"|".join(names) + rb")" if names else rb"(?!)"
        return Candidates(contains=(*_JSX, quoted))

    def _by_content(self, change: FileChange) -> Finding | None:
        from pytest_agentcompliance.parsing.code import jsx_elements  # start-up time: when a file is a candidate

        head, base = _text(change.after), _text(change.before)
        had = Counter(one.module for one in self._frontend_imports(base, change.path)) if base else Counter[str]()
        for one in self._frontend_imports(head, change.path):
            if not had[one.module]:
                return Finding(
                    f"imports {one.module[:100]!r}: code of the frontend outside of its folders", Place(change.path, one.line),
                    evidence=f"import {one.module}",
                )
            had[one.module] -= 1
        if "<" in head and (elements := jsx_elements(head, change.path)) and not (base and jsx_elements(base, change.path)):
            first = elements[0]
            return Finding(f"holds JSX: {first.text[:60]}", Place(change.path, first.line), evidence="jsx")
        return None

    def _frontend_imports(self, text: str, path: str) -> "list[Import]":
        from pytest_agentcompliance.parsing.code import imports

        wanted, server = _modules(tuple(self.modules)), _modules(tuple(self.server_modules))
        return [one for one in imports(text, path) if wanted.fullmatch(one.module) and not server.fullmatch(one.module)]


def _modules(names: tuple[str, ...]) -> re.Pattern[str]:
    each = "|".join(".*".join(map(re.escape, name.split("*"))) for name in names) or r"(?!)"
    return re.compile(rf"(?:{each})(?:/.*)?")


def _text(content: Content | None) -> str:
    """The text of a regular file; UTF-16 without its mark has a NUL after each letter."""
    if content is None or content.mode in (SYMLINK, SUBMODULE):
        return ""
    return content.text().replace("\0", "")
