"""The wheel, built and installed outside the checkout beside its declared dependencies and nothing else, plays the demo."""

import os
import re
import subprocess
import sys
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

CHECKOUT = Path(__file__).parent.parent
QUIET = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_CONFIG_FILE": os.devnull}


def run(*command: str | Path, cwd: Path) -> str:
    """Standard output of a command that knows nothing of this process's modules. Fails the test when the command fails."""
    ours = ("COV", "PIP", "PYTEST", "PYTHON", "VIRTUAL")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | QUIET
    done = subprocess.run(command, cwd=cwd, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, CHECKOUT, cwd=folder)
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that has the wheel and what it declares to need."""
    root = tmp_path_factory.mktemp("apart") / "env"
    venv.create(root, symlinks=os.name != "nt")
    programs = root / ("Scripts" if os.name == "nt" else "bin")
    python = programs / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps", wheel, cwd=root)
    needed = root / "needed"
    needed.mkdir()
    for one in declared(wheel):
        for name in {str(file).split("/")[0] for file in one.files or []} - {"..", "__pycache__"}:
            link = needed / name
            if not link.exists():
                link.symlink_to(Path(str(one.locate_file(name))))
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=root).strip())
    (site / "needed.pth").write_text(f"{needed}\n")
    return programs


def declared(wheel: Path) -> list[Distribution]:
    """What the wheel needs without any extra, and what that needs in turn, as it is installed here."""
    with ZipFile(wheel) as packed:
        [name] = [name for name in packed.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = packed.read(name).decode()
    waiting = re.findall(r"^Requires-Dist: (.+)$", metadata, re.MULTILINE)
    found: dict[str, Distribution] = {}
    while waiting:
        asked = Requirement(waiting.pop())
        if asked.name not in found and (asked.marker is None or asked.marker.evaluate({"extra": ""})):
            found[asked.name] = distribution(asked.name)
            waiting += found[asked.name].requires or []
    return list(found.values())


def test_wheel_has_the_law_and_the_types(wheel: Path) -> None:
    with ZipFile(wheel) as packed:
        names = set(packed.namelist())
    profiles = {f"pytest_agentcompliance/profiles/{file.name}" for file in (CHECKOUT / "rules").glob("*.yaml")}
    assert len(profiles) == 6
    schemas = {f"pytest_agentcompliance/schemas/{file.name}" for file in (CHECKOUT / "docs" / "schemas").glob("*.json")}
    assert len(schemas) == 5
    modules = {file.relative_to(CHECKOUT).as_posix() for file in (CHECKOUT / "pytest_agentcompliance").rglob("*.py")}
    assert profiles | schemas | modules | {"pytest_agentcompliance/py.typed"} <= names
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"pytest_agentcompliance"}
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_wheel_needs_only_what_it_declares(installed: Path, tmp_path: Path) -> None:
    where = run(installed / "python", "-P", "-c", "import pytest_agentcompliance as p; print(p.__file__)", cwd=tmp_path).strip()
    assert Path(where).is_relative_to(installed.parent)
    assert "mypy" not in os.listdir(installed.parent / "needed")
    listed = run(installed / "agent-compliance", "profiles", cwd=tmp_path).splitlines()
    assert [line.split("\t")[0] for line in listed] == sorted(file.stem for file in (CHECKOUT / "rules").glob("*.yaml"))
    assert "C3-21" in run(installed / "agent-compliance", "explain", "log/chunk-heading", cwd=tmp_path)
    published = (CHECKOUT / "docs" / "schemas" / "audit.schema.json").read_text("utf-8")
    assert run(installed / "agent-compliance", "schema", "audit", cwd=tmp_path) == published


@pytest.mark.walk
def test_wheel_plays_the_demo(installed: Path, tmp_path: Path) -> None:
    """A folder that looks like the package lies where the demo is started; the installed one is used all the same."""
    (tmp_path / "pytest_agentcompliance").mkdir()
    (tmp_path / "pytest_agentcompliance" / "__init__.py").write_text("raise SystemExit('the wrong package')\n")
    for command in ([installed / "agent-compliance"], [installed / "python", "-P", "-m", "pytest_agentcompliance"]):
        shown = run(*command, "demo", cwd=tmp_path)
        assert "C3-23[log/files-match-diff]" in shown
        assert "What was seen" in shown
