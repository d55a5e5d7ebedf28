"""``python -m pytest_agentcompliance.handbook docs``: write the pages of docs/ anew."""

import sys
from pathlib import Path

from pytest_agentcompliance.handbook import book

if len(sys.argv) != 2:
    sys.exit("usage: python -m pytest_agentcompliance.handbook DIR")
book.write(Path(sys.argv[1]))
