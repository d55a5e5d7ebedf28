"""Every demo, bundled and replayed where there is no repository and no git: the same bytes in every format."""

from pathlib import Path

import pytest

from pytest_agentcompliance import bundle, engine, terminal
from pytest_agentcompliance.demo import SHOWS, make, switch
from pytest_agentcompliance.reporters import formats
from tests.bundle.replaying import EVERY, ran

pytestmark = pytest.mark.walk

ALL = {f"{show.name}-{tale.name}": (show, tale) for show in SHOWS.values() for tale in show.runs}

AS_MADE = "in the bundle as made, and not judged anew, because of text that is masked in it: "
CARRIED = {
    "backend-implementer-code": f"2 parts of the audit are {AS_MADE}backend-implementer::IM-16[security/secrets], "
    "backend-implementer::IM-28[report/checklist]",
    "backend-engineer-code": f"one part of the audit is {AS_MADE}backend-engineer::BE-14[security/secrets]",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with each demo's formats as they came out of the repository, and as they came out of its bundle."""
    folder, empty = tmp_path_factory.mktemp("bundles"), tmp_path_factory.mktemp("empty")
    made = {show.name: make(tmp_path_factory.mktemp("demo") / show.name, show) for show in SHOWS.values()}
    for number, (name, (show, tale)) in enumerate(ALL.items()):
        switch(made[show.name], tale.branch)
        file = folder / f"{name}.tar{'.gz' if number % 2 else ''}"
        done = bundle.write(engine.Options(made[show.name]), file)
        (folder / f"{name}.said").write_text("\n".join(done.said))
        for one in formats.FORMATS:
            terminal.write(done.account, one, f"{folder / name}.{one}", None)
    again = ran(empty, str(folder), *formats.FORMATS, script=EVERY, path=str(empty))
    assert (again.code, again.out) == (0, b"False\n"), again.err
    return folder


def test_replay_has_the_same_bytes_in_every_format(files: Path) -> None:
    """Two of the agents wrote a secret down, and a verdict rests on another one; all others are judged anew.

    One test for all demos, since they are made together.
    """
    for name in ALL:
        (file,) = files.glob(f"{name}.tar*.json.again")
        for one in formats.FORMATS:
            made, again = files / f"{name}.{one}", file.with_name(file.name.replace(".json.", f".{one}."))
            assert again.read_bytes() == made.read_bytes(), (name, one)
            assert made.stat().st_size > 100
        (said,) = (one.read_text() for one in files.glob(f"{name}.tar*.said"))
        assert said == (files / f"{name}.said").read_text() == CARRIED.get(name, ""), name
