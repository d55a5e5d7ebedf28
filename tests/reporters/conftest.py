"""Accounts that every format is tried with: of each demo, and of a repository with nothing but hostile names and texts."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from pytest_agentcompliance import engine
from pytest_agentcompliance.demo import SHOWS, make, switch
from pytest_agentcompliance.reporters.account import Account
from tests.reporters import hostile

DEMOS = [(show.name, tale.name) for show in SHOWS.values() for tale in show.runs]


@pytest.fixture(scope="session")
def account_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Account]:
    """The account of a run of a demo; each repository and each account is made once."""

    @cache
    def root(show: str) -> Path:
        return make(tmp_path_factory.mktemp("demo") / "repository", SHOWS[show])

    @cache
    def account(show: str, run: str) -> Account:
        switch(root(show), next(tale.branch for tale in SHOWS[show].runs if tale.name == run))
        return engine.account(engine.Options(root(show), environ={}))

    return account


@pytest.fixture(scope="session")
def hostile_account(tmp_path_factory: pytest.TempPathFactory) -> Account:
    """What an audit says of the repository that ``hostile`` makes."""
    return engine.account(engine.Options(hostile.repository(tmp_path_factory.mktemp("hostile") / "repository"), environ={}))
