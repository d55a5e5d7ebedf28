"""The site is built from docs/ without a warning, each page says what it says on GitHub, and nothing comes from another host."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from tests.reporters.html_browser import CHROMIUM, opened

CHECKOUT = Path(__file__).parent.parent
DOCS = CHECKOUT / "docs"
LOADS = re.compile(r"<(?!a\s)[a-z]+\s[^>]*?\b(?:href|src|srcset|action|data|poster)=[\"']?((?:https?:)?//[^\"'\s>]*)")
STYLES = re.compile(r"@import|url\(\s*[\"']?(?:https?:)?//")
HELD = ("assets/README.md",)  # pages that are none of the site


def test_the_site(tmp_path: Path) -> None:
    """One build for all that is asked of it."""
    site = tmp_path / "site"
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}  # a word of its makers about their next tool
    done = subprocess.run(words, cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False)
    said = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("INFO ")]
    assert (done.returncode, said) == (0, [])  # asked to be quiet, it would count no warning
    pages = {file.relative_to(site).as_posix(): file.read_text("utf-8") for file in site.rglob("*.html")}
    assert {address(one) for one in sources()} | {"404.html"} == set(pages)
    asks_nobody(site, pages)
    leads_nowhere_else(site, pages)
    says_the_same(pages)
    can_be_searched(site, pages)
    works_from_a_folder(site)


def sources() -> list[str]:
    found = (one.relative_to(DOCS).as_posix() for one in DOCS.rglob("*.md"))
    return sorted(one for one in found if one not in HELD)


def address(source: str) -> str:
    return re.sub(r"README\.md$", "index.md", source).removesuffix(".md") + ".html"


def asks_nobody(site: Path, pages: dict[str, str]) -> None:
    """Links that a person follows apart, nothing names another host."""
    assert {name: found for name, text in pages.items() if (found := LOADS.findall(text))} == {}
    assert [one.name for one in site.rglob("*.css") if STYLES.search(one.read_text("utf-8"))] == []
    # The theme's script draws diagrams with one from elsewhere, where there are some.
    assert [name for name, text in pages.items() if 'class="mermaid"' in text] == []


def test_what_is_loaded_from_elsewhere_is_noticed() -> None:
    for text in ('<script src="https://x.example/a.js">', "<link rel=preload href=//x.example/a.css>", "<img alt=x src='http://x.example/a'>"):
        assert LOADS.search(text), text
    assert not LOADS.search('<a href="https://x.example/">x</a><img src="a.png">')
    assert STYLES.search("a{background:url(//x.example/a.png)}")


def leads_nowhere_else(site: Path, pages: dict[str, str]) -> None:
    """Every link of every page, that of the theme's parts too, names a file that is there and a place that is in it."""
    places = {name: set(re.findall(r'\bid="([^"]+)"', text)) for name, text in pages.items()}
    there = {one.relative_to(site).as_posix() for one in site.rglob("*") if one.is_file()}
    wrong = set()
    for name, text in pages.items():
        if name == "404.html":  # it is shown at any depth: its links begin at the root
            continue
        for link in set(re.findall(r'\b(?:href|src)="(?!https?:|mailto:|data:|javascript:)([^"]*)"', text)):
            path, _, anchor = unquote(link.replace("&amp;", "&")).partition("#")
            target = os.path.normpath(f"{Path(name).parent.as_posix()}/{path}") if path else name
            if target not in there or (anchor and anchor not in places[target] and not anchor.startswith("__")):
                wrong.add((name, link))
    assert wrong == set()


class Words(HTMLParser):
    """The text of a page, without the marks that stand behind headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.beside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.beside = tag == "a" and ("class", "headerlink") in attrs

    def handle_endtag(self, tag: str) -> None:
        self.beside = False

    def handle_data(self, data: str) -> None:
        if not self.beside:
            self.found.append(data)

    def __iter__(self) -> Iterator[str]:
        return iter("".join(self.found).split())


def says_the_same(pages: dict[str, str]) -> None:
    """As the reader of CommonMark has it, and so GitHub: the site's reader takes some lists, tables and escapes for others."""
    reader = MarkdownIt("commonmark").enable("table")
    for source in sources():
        page = pages[address(source)]
        body = page[page.index("<article") : page.index("</article>")].partition('<aside class="md-source-file">')[0]
        shown, meant = "".join(Words(body)), "".join(Words(reader.render((DOCS / source).read_text("utf-8"))))
        at = next((k for k in range(len(shown)) if shown[: k + 1] != meant[: k + 1]), len(shown)) if shown != meant else 0
        assert shown == meant, f"{source}: {shown[max(at - 60, 0) : at + 60]!r} should be {meant[max(at - 60, 0) : at + 60]!r}"


def can_be_searched(site: Path, pages: dict[str, str]) -> None:
    """Also where the pages are opened from a folder: the index is a script, and so is what stands for a worker there."""
    index = (site / "search" / "search_index.js").read_text("utf-8")
    assert index.startswith("var __index = {")
    assert set(pages) - set(re.findall(r'"location": ?"([^"#]+)"', index)) == {"404.html"}
    assert all("iframe-worker.js" in text for text in pages.values())


def works_from_a_folder(site: Path) -> None:
    """In a browser that reaches nothing but the folder: no word on the console, and the search finds."""
    if not CHROMIUM.is_file():
        pytest.skip(f"all but the search was tried: there is no Chromium at {CHROMIUM}; AGENT_COMPLIANCE_BROWSER may name another")
    with opened() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        asked: list[str] = []
        told: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto((site / "index.html").as_uri())
        page.set_default_timeout(120_000)  # on a machine that has much else to do
        page.locator(".md-search__input").click()
        page.locator(".md-search-result__meta", has_text="Type to start searching").wait_for()
        page.keyboard.type("lockfiles")
        found = page.locator(".md-search-result__link").first
        found.wait_for()
        assert "rules/" in (found.get_attribute("href") or "")
        page.set_viewport_size({"width": 390, "height": 844})
        for name in ("rules/log/files-match-diff", "reference/policy", "guides/five-minutes", "profiles/backend-engineer"):
            page.goto((site / f"{name}.html").as_uri())
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not wide, name  # on a phone tables and code are scrolled, and never the page
        assert told == []
        assert [one for one in asked if not one.startswith(("file:", "data:", "blob:"))] == []
