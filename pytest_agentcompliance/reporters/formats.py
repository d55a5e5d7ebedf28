"""The formats by their names; a format is a file of this folder, imported when it is asked for."""

from collections.abc import Callable
from importlib import import_module

from pytest_agentcompliance.reporters.account import Account

# text and json need the audit alone; the others show what lies beside it.
PLAIN = ("text", "json")
RICH = ("sarif", "github", "github-summary", "gitlab", "rdjson", "markdown", "html", "svr")
FORMATS = (*PLAIN, *RICH)
STATEMENT = "svr"  # the one that can be signed
PAGE = "html"  # the one that is for a browser


def dumps(name: str, account: Account) -> str:
    """The account in a format of ``RICH``. The text can be encoded in UTF-8 whatever stands in it."""
    room = name.replace("-", "_")
    write: Callable[[Account], str] = import_module(f"pytest_agentcompliance.reporters.{room}").dumps
    return write(account)
