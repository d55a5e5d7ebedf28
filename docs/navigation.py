"""Hooks of MkDocs: which pages the navigation has, what stands beside a page, and Markdown as GitHub reads it."""

import re
from pathlib import Path
from typing import Any

HOME, RULES = "README.md", "rules/"
FENCED = re.compile(r"^(`{3,}).*?^\1", re.MULTILINE | re.DOTALL)
CODE_IN_A_ROW = re.compile(r"(?m)(?<=^\|).*$")


def on_config(config: Any) -> Any:
    """Put the generated pages into nav: an entry that names a folder holds its README.md, its pages, its folders as groups."""
    docs = Path(config["docs_dir"])
    config["nav"] = [{title: _grown(docs, where) for title, where in entry.items()} for entry in config["nav"]]
    return config


def on_page_markdown(markdown: str, **_: Any) -> str:
    """In the code of a table a bar that is escaped is a bar; the site's reader shows the backslash too, and needs none."""
    parts, at = [], 0
    for block in FENCED.finditer(markdown):
        parts += [_unescaped(markdown[at : block.start()]), block[0]]
        at = block.end()
    return "".join([*parts, _unescaped(markdown[at:])])


def _unescaped(text: str) -> str:
    return CODE_IN_A_ROW.sub(lambda row: re.sub(r"`[^`]+`", lambda code: code[0].replace("\\|", "|"), row[0]), text)


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Examples and records of rules are most of all text: the search leaves them out, answers sooner, and finds what is meant."""
    if page.file.src_uri.startswith(RULES):
        html = re.sub(r'<h3 |<h2 (?=id="record")', lambda tag: f"{tag[0]}data-search-exclude ", html)
    return html


def on_page_context(context: Any, page: Any, **_: Any) -> Any:
    """The home page has nothing beside it; of a rule's page the titles of its many examples are left out."""
    if page.file.src_uri == HOME:
        page.meta["hide"] = ["navigation", "toc"]
    if page.file.src_uri.startswith(RULES):
        for entry in page.toc:
            for heading in entry.children:
                heading.children.clear()
    return context


def _grown(docs: Path, where: Any) -> Any:
    return _pages(docs, docs / where) if isinstance(where, str) and where.endswith("/") else where


def _pages(docs: Path, folder: Path) -> list[Any]:
    index = folder / HOME
    files = [index] if index.is_file() else []
    files += sorted(one for one in folder.glob("*.md") if one != index)
    groups = sorted(one for one in folder.iterdir() if one.is_dir())
    return [one.relative_to(docs).as_posix() for one in files] + [{one.name: _pages(docs, one)} for one in groups]
