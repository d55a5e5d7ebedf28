"""The catalog finds the rules, whatever was imported before it was asked."""

import subprocess
import sys

from pytest_agentcompliance import catalog

EVERY = "import importlib, pkgutil, pytest_agentcompliance.rulebook as book\n" + (
    "for one in pkgutil.walk_packages(book.__path__, book.__name__ + '.'): importlib.import_module(one.name)\n"
)


def test_rules_that_are_imported_first_do_not_hide_the_others() -> None:
    """A group's module becomes an attribute of the rulebook, whatever the group is called."""
    code = EVERY + "from pytest_agentcompliance import catalog\nprint(*catalog.names())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == catalog.names()
    assert "files/http-location" in catalog.names()
