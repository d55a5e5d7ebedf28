"""The pictures of the docs, of a demo's audit: ``python -m tests.reporters.screenshots docs/images`` makes them anew."""

import io
import struct
import sys
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser
from rich.console import Console
from rich.text import Text

from pytest_agentcompliance import engine
from pytest_agentcompliance.demo import CODER, make, switch
from pytest_agentcompliance.reporters import html, text
from pytest_agentcompliance.reporters.account import Account
from tests.reporters.golden import WHEN
from tests.reporters.html_browser import opened

WIDTH, FIRST, LAST = 80, 40, 9  # columns; lines of the terminal that are shown
# As rich has it, without the font that it would load from elsewhere.
SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: {char_height}px;
  line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: arial; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
# Each picture of the page: the part that it begins with, its size, and whether it is dark.
SHOTS = {
    "report.png": ("", 1120, 880, False),
    "report-findings.png": ("#findings", 1120, 800, False),
    "report-log.png": ("#chunks", 1120, 760, False),
    "report-dark.png": ("#scope", 1120, 800, True),
    "report-phone.png": ("", 390, 844, False),
}


def account() -> Account:
    """The first run of the coder's demo. When it was audited is left to the calendar of the golden files."""
    with tempfile.TemporaryDirectory() as folder:
        root = make(Path(folder) / "wishes", CODER)
        switch(root, CODER.runs[0].branch)
        return replace(engine.account(engine.Options(root, environ={})), made=WHEN)


def terminal(shown: Account) -> str:
    """What the terminal has at 80 columns, as a picture of text: how it begins, and how it ends."""
    lines: list[text.Line] = list(text.lines(shown.audit, width=WIDTH))
    left = len(lines) - FIRST - LAST
    if left > 0:
        lines[FIRST:-LAST] = [("dim", f"  [{left} lines are not in this picture]"), ("", "")]
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="standard")
    for style, line in [("bold", "$ agent-compliance audit"), *lines]:
        for at in range(0, max(len(line), 1), WIDTH):  # a terminal goes on in the next line
            console.print(Text(line[at : at + WIDTH], style), no_wrap=True)
    picture = console.export_svg(title="agent-compliance audit", code_format=SVG, unique_id="terminal")
    return "\n".join(line.rstrip() for line in picture.splitlines()) + "\n"


def packed(png: bytes) -> bytes:
    """A picture as small as it gets without another tool: a browser packs in haste."""
    chunks, at = [], 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        chunks.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + size]))
        at += size + 12
    data = zlib.compress(zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT")), 9)
    kept = [one for one in chunks if one[0] == b"IHDR"] + [(b"IDAT", data), (b"IEND", b"")]
    return png[:8] + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in kept
    )


def photograph(browser: Browser, page: Path, folder: Path) -> None:
    for name, (at, width, height, dark) in SHOTS.items():
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
        one = context.new_page()
        one.goto(page.as_uri() + at)
        (folder / name).write_bytes(packed(one.screenshot()))
        context.close()


def write(folder: Path, shown: Account, browser: Browser) -> None:
    """All pictures, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "terminal.svg").write_text(terminal(shown), "utf-8")
    with tempfile.TemporaryDirectory() as other:
        page = Path(other) / "report.html"
        page.write_text(html.dumps(shown), "utf-8")
        photograph(browser, page, folder)


if __name__ == "__main__":
    with opened() as browser:
        write(Path(sys.argv[1]), account(), browser)
