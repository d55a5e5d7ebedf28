"""Imports of files beside a file: what they name, and whether it is there."""

import pytest

from pytest_agentcompliance.parsing.relative_imports import leads, named, place


@pytest.mark.parametrize(
    ("line", "path", "written", "at"),
    [
        ("import { a } from './b'", "src/a.ts", "./b", "src/b"),
        ("import type { a } from \"../b.js\"", "src/x/a.tsx", "../b.js", "src/b.js"),
        ("} from './b';", "a.ts", "./b", "b"),
        ("export * from './b'", "src/a.mts", "./b", "src/b"),
        ("import './a.css'", "src/a.jsx", "./a.css", "src/a.css"),
        ("const { a } = require('./b')", "src/a.cjs", "./b", "src/b"),
        ("import raw from './b?raw'", "src/a.ts", "./b?raw", "src/b"),
        ("import a from '..'", "src/x/a.ts", "..", "src"),
        ("from .b import c", "shop/a.py", ".b", "shop/b"),
        ("from ..x.b import c", "shop/y/a.py", "..x.b", "shop/x/b"),
    ],
)
def test_what_a_line_imports(line: str, path: str, written: str, at: str) -> None:
    assert named(line, path) == written
    assert place(path, written) == at


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("import express from 'express'", "a.ts"),
        ("import a from '@/b'", "a.ts"),
        ("  import('./b')", "a.ts"),
        ("// import './b'", "a.ts"),
        ("import os", "a.py"),
        ("from . import b", "a.py"),
        ("    from .b import c", "a.py"),
        ("import './b'", "a.md"),
        ("from .b import c", "a.ts"),
    ],
)
def test_what_is_no_import_of_a_file_beside_it(line: str, path: str) -> None:
    assert named(line, path) == ""


@pytest.mark.parametrize(
    ("path", "at", "there"),
    [
        ("src/a.ts", "src/b", True),
        ("src/a.ts", "src/b.js", True),
        ("src/a.ts", "src/c", True),  # index.tsx of a folder
        ("src/a.ts", "src/d", False),
        ("src/a.ts", "src/d.json", False),
        ("src/a.ts", "src/e/f", True),  # a folder of which nothing is kept
        ("src/a.ts", "src/generated/x", True),
        ("src/a.ts", "src/routeTree.gen", True),
        ("src/a.ts", "../x", True),  # outside of the repository
        ("shop/a.py", "shop/m", True),
        ("shop/a.py", "shop/sub", True),
        ("shop/a.py", "shop/gone", False),
        ("shop/a.py", "shop/_version", True),
    ],
)
def test_whether_it_is_there(path: str, at: str, there: bool) -> None:
    files = {"src/a.ts", "src/b.ts", "src/c/index.tsx", "shop/a.py", "shop/m.py", "shop/sub/x.py"}
    assert leads(path, at, files, {"", "src", "src/c", "shop", "shop/sub"}) is there
