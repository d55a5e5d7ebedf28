"""The audit as one HTML file: nothing is loaded from anywhere, and nothing of the audited tree is markup in it."""

import base64
import hashlib
from importlib.resources import files

from pytest_agentcompliance.reporters.account import Account

ROOM = "pytest_agentcompliance.reporters.html"


def dumps(account: Account) -> str:
    """The page. The same account gives the same bytes; what it shows of the audited tree is escaped twice, by us and by Jinja."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # start-up time

    from pytest_agentcompliance.reporters.html import views

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, loader=FunctionLoader(part)
    )
    style, script = part("page.css"), part("page.js")
    page = environment.get_template("page.html").render(
        page=views.page(account), style=style, script=script, style_hash=_hash(style), script_hash=_hash(script)
    )
    return page + "\n"


def part(name: str) -> str:
    """A file of this folder."""
    return (files(ROOM) / name).read_text("utf-8")


def _hash(text: str) -> str:
    """What the page's own policy lets run, and nothing else: https://www.w3.org/TR/CSP3, hash sources."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
