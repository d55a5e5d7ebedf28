"""Imports of a project's own modules from its root: which lead nowhere, and which may lead somewhere that is not seen."""

from collections.abc import Mapping

import pytest

from pytest_agentcompliance.parsing import own_imports
from pytest_agentcompliance.parsing.stack import above

APP = {
    "app/__init__.py": "", "app/models/__init__.py": "", "app/models/user.py": "",
    "app/main.py": "from app.models.user import User\n",
}  # fmt: skip
TS = {"tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}} // c', "src/lib/a.ts": "", "src/b.ts": ""}


def lacks(files: Mapping[str, str], path: str, line: str) -> str:
    folders = {path.rpartition("/")[0] for path in files}
    folders |= {folder for one in folders for folder in above(one)}

    def where(word: str) -> list[str]:
        return [one for one, text in files.items() if word in text]

    own = own_imports.Own(frozenset(files), folders, where, lambda at: files.get(at, ""))
    written = own_imports.named(line, path)
    return own.lacks(path, written) if written else ""


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("from app.models.order import Order", "app/models/order"),
        ("from app.services.stock import reserve", "app/services/stock"),
        ("import app.models.order as order", "app/models/order"),
        ("from app.models.user import User", ""),
        ("from app.models import Order", ""),  # a name of the package, perhaps
        ("from app.generated.client import Client", ""),
        ("from app._native import fast", ""),
        ("from fastapi.security import HTTPBearer", ""),
        ("from email.mime.text import MIMEText", ""),
        ("    from app.models.order import Order", ""),
    ],
)
def test_python(line: str, place: str) -> None:
    assert lacks(APP, "app/api.py", line) == place


@pytest.mark.parametrize(
    "more",
    [
        {"app/__init__.py": "from pkgutil import extend_path\n"},
        {"app/models/__init__.py": "def __getattr__(name): ...\n"},
        {"native/app/models/order.rs": ""},
        {"packages/two/app/models/order.py": ""},
        {"app/models/order.cpython-312.so": ""},
        {"app/main.py": ""},  # nobody imports from it: the name may be of something that is installed
        {"app/other.py": "from app.core import a\nimport app.core.b\n"},  # what others import of it is not here either
    ],
)
def test_python_where_it_is_not_certain(more: Mapping[str, str]) -> None:
    assert lacks({**APP, **more}, "app/api.py", "from app.models.order import Order") == ""


def test_a_layout_with_src_and_folders_without_init() -> None:
    files = {"api/src/app/a.py": "from app.b import b\n", "api/src/app/b.py": ""}
    assert lacks(files, "api/src/app/a.py", "from app.c import c") == "api/src/app/c"
    assert lacks(files, "api/src/app/a.py", "from app.d.c import c") == ""  # another part of the namespace may have it


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("import { a } from '@/lib/b'", "src/lib/b"),
        ("import { a } from '@/lib/a'", ""),
        ("import { a } from '@/lib'", "src/lib"),  # a folder without an index
        ("import { a } from '@/gone/b'", ""),  # a folder of which nothing is kept
        ("import { a } from '@scope/lib/b'", ""),
        ("import { a } from '~/lib/b'", ""),
    ],
)
def test_scripts(line: str, place: str) -> None:
    assert lacks(TS, "src/b.ts", line) == place


def test_scripts_without_settings_or_with_others_above() -> None:
    assert lacks({"src/lib/a.ts": "", "src/b.ts": ""}, "src/b.ts", "import { a } from '@/lib/b'") == ""
    files = {f"web/{path}": text for path, text in TS.items()}
    base = {"tsconfig.base.json": '{"compilerOptions": {"paths": {"@/*": ["x/*"]}}}'}
    assert lacks({**files, **base, "x/lib/b.ts": ""}, "web/src/b.ts", "import { a } from '@/lib/b'") == ""


@pytest.mark.parametrize(
    "text", ["[1", '{"compilerOptions": []}', '{"compilerOptions": {"paths": {"": 1, "@/*": "x"}, "baseUrl": 1}}']
)
def test_settings_that_say_nothing(text: str) -> None:
    assert lacks({**TS, "tsconfig.json": text}, "src/b.ts", "import { a } from '@/lib/b'") == ""
