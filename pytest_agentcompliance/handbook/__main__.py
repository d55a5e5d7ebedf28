"""``python -m pytest_agentcompliance.handbook docs``: write the pages of docs/ anew. It stands above all, and sees the commands."""

import sys
from pathlib import Path

from pytest_agentcompliance.cli import main
from pytest_agentcompliance.handbook import book
from pytest_agentcompliance.plugin import SETTINGS


def run(arguments: list[str]) -> None:
    """Write them below the folder that is named."""
    if len(arguments) != 1:
        sys.exit("usage: python -m pytest_agentcompliance.handbook DIR")
    book.write(Path(arguments[0]), main, SETTINGS)


if __name__ == "__main__":
    run(sys.argv[1:])
