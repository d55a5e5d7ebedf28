"""What package manifests say that a package depends on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.manifests import LONGEST, MOST, dependencies, ecosystem_of, is_lockfile, is_manifest, refusal

NAMES = [
    "package.json",
    "composer.json",
    "pyproject.toml",
    "Pipfile",
    "setup.cfg",
    "setup.py",
    "requirements.txt",
    "go.mod",
    "Cargo.toml",
    "Gemfile",
]


def said(text: str, path: str) -> list[tuple[int, str, str, str]]:
    return [(one.line, one.group, one.name, one.requirement) for one in dependencies(text, path)]


def internal(text: str, path: str) -> list[str]:
    return [one.name for one in dependencies(text, path) if one.internal]


def test_a_package_json_gives_its_four_tables_with_the_line_of_each_key() -> None:
    text = (
        '{\n  "name": "till",\n  "dependencies": {"a": "^1",\n    "@x/b": "workspace:*"},\n  "peerDependencies": {\n'
        '    "c": "npm:@q/d@2"\n  },\n  "optionalDependencies": {"o": "1"},\n\n  "devDependencies": {"e":\n "1"}\n}\n'
    )
    assert said(text, "packages/till/package.json") == [
        (3, "dependencies", "a", "^1"),
        (4, "dependencies", "@x/b", "workspace:*"),
        (6, "peerDependencies", "c", "npm:@q/d@2"),
        (8, "optionalDependencies", "o", "1"),
        (10, "devDependencies", "e", "1"),
    ]
    assert internal(text, "package.json") == ["@x/b"]
    found = dependencies(text, "package.json")
    assert [one.package for one in found][2] == "@q/d"
    assert [one.name for one in found if one.development] == ["e"]


def test_names_elsewhere_in_a_package_json_are_no_dependencies() -> None:
    text = (
        '{"scripts": {"dependencies": "x", "a": "\\"dependencies\\": {\\"no\\": \\"1\\"}"},\n'
        ' "config": {"dependencies": {"no": "1"}}, "list": [{"dependencies": {"no": "1"}}],\n'
        ' "dependencies": {"nested": {"no": "1"}, "number": 1, "yes": "1"}}'
    )
    assert said(text, "package.json") == [(3, "dependencies", "yes", "1")]


def test_a_broken_package_json_loses_only_its_end() -> None:
    assert said('{"dependencies": {\n"a": "1",\n"b": "2\n"c": "3"}}', "package.json") == [(2, "dependencies", "a", "1")]


def test_local_requirements_of_node_are_internal() -> None:
    text = '{"dependencies": {"a": "file:../a", "b": "link:../b", "c": "portal:../c", "d": "../d", "e": "github:x/y"}}'
    assert internal(text, "package.json") == ["a", "b", "c", "d"]


def test_composer_leaves_out_the_language() -> None:
    text = '{"require": {"php": "^8", "ext-json": "*", "a/b": "1"}, "require-dev": {"c/d": "2"}}'
    assert said(text, "composer.json") == [(1, "require", "a/b", "1"), (1, "require-dev", "c/d", "2")]


def test_a_pyproject_gives_all_its_lists() -> None:
    text = (
        '[project]\nname = "till"\ndependencies = [\n  "a>=1", # "no"\n  \'b[extra] ~= 2 ; python_version < "3.12"\',\n]\n'
        '[project.optional-dependencies]\ndev = ["pytest"]\n"with.dot" = ["dotted"]\n[dependency-groups]\n'
        'test = ["hypothesis", {include-group = "dev"},\n  "mock"]\n[build-system]\nrequires = ["hatchling"]\n'
        '[tool.uv]\ndev-dependencies = ["ruff"]\n[tool.other]\ndependencies = ["no"]\n'
    )
    assert said(text, "pyproject.toml") == [
        (4, "project.dependencies", "a", ">=1"),
        (5, "project.dependencies", "b", '~= 2 ; python_version < "3.12"'),
        (8, "optional-dependencies.dev", "pytest", ""),
        (9, "optional-dependencies.with.dot", "dotted", ""),
        (11, "dependency-groups.test", "hypothesis", ""),
        (12, "dependency-groups.test", "mock", ""),
        (14, "build-system.requires", "hatchling", ""),
        (16, "tool.uv.dev-dependencies", "ruff", ""),
    ]
    assert [one.name for one in dependencies(text, "pyproject.toml") if not one.development] == ["a", "b", "dotted"]


def test_poetry_gives_texts_tables_and_tables_of_their_own() -> None:
    text = (
        '[tool.poetry.dependencies]\npython = "^3.11"\nFast_API = "^1"\nb = {version = "2", extras = ["x", "y"]}\n'
        'c = {path = "../c"}\n'
        '[tool.poetry.group.dev.dependencies]\nd = "*"\n[tool.poetry.dependencies.e]\nversion = "3"\n'
    )
    assert said(text, "pyproject.toml") == [
        (3, "tool.poetry.dependencies", "Fast_API", "^1"),
        (4, "tool.poetry.dependencies", "b", "2"),
        (5, "tool.poetry.dependencies", "c", "path:../c"),
        (7, "tool.poetry.group.dev.dependencies", "d", "*"),
        (9, "tool.poetry.dependencies", "e", "3"),
    ]
    assert internal(text, "pyproject.toml") == ["c"]
    assert dependencies(text, "pyproject.toml")[0].key == "fast-api"


def test_a_source_in_the_workspace_makes_a_requirement_internal() -> None:
    text = '[project]\ndependencies = ["a", "b"]\n[tool.uv.sources]\na = { workspace = true }\nb = { git = "https://x.org" }\n'
    assert internal(text, "pyproject.toml") == ["a"]


def test_strings_over_several_lines_keep_the_count() -> None:
    text = '[project]\ndescription = """\n[project.dependencies]\nx = "1"\n"""\ndependencies = ["a"]\n'
    assert said(text, "pyproject.toml") == [(6, "project.dependencies", "a", "")]


def test_a_pipfile_gives_both_tables() -> None:
    text = '[packages]\na = "*"\nb = {path = ".", editable = true}\n[dev-packages]\nc = "==1"\n'
    assert said(text, "Pipfile") == [(2, "packages", "a", "*"), (3, "packages", "b", "path:."), (5, "dev-packages", "c", "==1")]


def test_requirements_are_read_line_by_line() -> None:
    text = (
        "# no\n-r base.txt\n--index-url https://x.org\n-e ../till\n-e git+https://x.org/y.git#egg=y\nDjango>=3  # c\nfoo==1 \\\n"
        "  --hash=sha256:1\nbar @ https://x.org/bar.whl\nhttps://x.org/z.whl\n./local\n"
    )
    assert [row[::2] for row in said(text, "requirements-dev.txt")] == [
        (4, "../till".strip("./")),
        (5, "y"),
        (6, "Django"),
        (7, "foo"),
        (9, "bar"),
        (10, "z"),
        (11, "local"),
    ]
    assert said(text, "x/requirements/base.txt")[3][3] == "==1"
    assert internal(text, "requirements.in") == ["till", "local"]


def test_setup_cfg_gives_its_options() -> None:
    text = (
        "[metadata]\nname = x\n[options]\ninstall_requires =\n  a>=1\n  # no\n  b\n"
        "[options.extras_require]\ntest = pytest\nx =\n  y\n"
    )
    assert said(text, "setup.cfg") == [
        (5, "install_requires", "a", ">=1"),
        (7, "install_requires", "b", ""),
        (9, "extras_require.test", "pytest", ""),
        (11, "extras_require.x", "y", ""),
    ]


def test_setup_py_gives_the_lists_that_stand_in_it() -> None:
    text = (
        "setup(\n  name='x',\n  install_requires=[\n    'a>=1',\n    \"b\"],\n"
        "  extras_require={'dev': ['c', 'd'], 'e': ['f']},\n)\n"
    )
    assert said(text, "setup.py") == [
        (4, "install_requires", "a", ">=1"),
        (5, "install_requires", "b", ""),
        (6, "extras_require.dev", "c", ""),
        (6, "extras_require.dev", "d", ""),
        (6, "extras_require.e", "f", ""),
    ]


def test_go_mod_gives_blocks_and_single_lines() -> None:
    text = (
        "module x.org/till\ngo 1.22\nrequire x.org/a v1.0.0\nrequire (\n\tx.org/b v1.2.3\n\tx.org/c v0.1.0 // indirect\n)\n"
        "replace x.org/b => ../b\nexclude x.org/d v1.0.0\n"
    )
    assert said(text, "go.mod") == [
        (3, "require", "x.org/a", "v1.0.0"),
        (5, "require", "x.org/b", "v1.2.3"),
        (6, "indirect", "x.org/c", "v0.1.0"),
    ]
    assert internal(text, "go.mod") == ["x.org/b"]


def test_cargo_gives_tables_of_every_kind() -> None:
    text = (
        '[package]\nname = "x"\n[dependencies]\na = { version = "1", features = ["b"] }\nc = "2"\nd.workspace = true\n'
        'e = { path = "../e", package = "real" }\n'
        '[dev-dependencies.f]\nversion = "3"\n[target.\'cfg(unix)\'.dependencies]\ng = "4"\n'
    )
    assert said(text, "Cargo.toml") == [
        (4, "dependencies", "a", "1"),
        (5, "dependencies", "c", "2"),
        (6, "dependencies", "d", ""),
        (7, "dependencies", "real", "path:../e"),
        (9, "dev-dependencies", "f", "3"),
        (11, "target.cfg(unix).dependencies", "g", "4"),
    ]


def test_a_gemfile_gives_the_group_of_each_gem() -> None:
    text = 'gem "a", "~> 7"\ngroup :test, :development do\n  gem "b"\nend\ngem \'c\', path: "../c"\n'
    assert [row[:3] for row in said(text, "Gemfile")] == [(1, "", "a"), (3, "test,development", "b"), (5, "", "c")]
    assert internal(text, "Gemfile") == ["c"]


@pytest.mark.parametrize(
    "path",
    [
        "a/package.json",
        "requirements.txt",
        "requirements-dev.in",
        "dev-requirements.txt",
        "requirements/base.txt",
        "go.mod",
        "Pipfile",
    ],
)
def test_manifests_are_known_by_name(path: str) -> None:
    assert is_manifest(path)
    assert not is_lockfile(path)


@pytest.mark.parametrize("path", ["package-lock.json", "a/pnpm-lock.yaml", "Cargo.lock", "poetry.lock", "go.sum"])
def test_lockfiles_are_known_by_name(path: str) -> None:
    assert is_lockfile(path)
    assert not is_manifest(path)


def test_other_files_are_neither() -> None:
    assert ecosystem_of("notes.txt") is None
    assert not is_lockfile("lock.json")
    assert dependencies('{"dependencies": {"a": "1"}}', "other.json") == ()


def test_a_manifest_that_is_too_long_is_not_read() -> None:
    assert dependencies('{"dependencies": {"a": "1"}}' + " " * LONGEST, "package.json") == ()


SCRAP = st.sampled_from(
    [
        "[",
        "]",
        "{",
        "}",
        "=",
        ",",
        ".",
        ":",
        '"',
        "'",
        '"""',
        "\\",
        "\n",
        " ",
        "#",
        "a",
        "-",
        ">=1",
        "dependencies",
        '"dependencies"',
        "[project]",
        "dependencies = [",
        "[tool.poetry.dependencies]",
        "install_requires=[",
        "require (",
        "gem 'a'",
        "\udc80",
        "\0",
        "[options]",
    ]
)


@given(st.sampled_from(NAMES), st.lists(SCRAP, max_size=60).map("".join) | st.text(max_size=80))
def test_any_text_is_read_and_lines_are_true(name: str, text: str) -> None:
    lines = text.split("\n")
    for one in dependencies(text, name):
        assert 1 <= one.line <= len(lines)
        assert one.name
    dependencies('{"dependencies": {' + text, name)


@pytest.mark.walk
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "piece", ["[", "{", '{"a":', '"\\"', "'", "install_requires=[", "a = {", "[a.", "gem 'a' do\n", "-e .\\\n", '"""', "a."]
)
def test_hostile_texts_end(name: str, piece: str) -> None:
    dependencies(piece * (1_000_000 // len(piece)), name)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"x": ' + "[" * 200 + '{"a": [1]}' + "]" * 200 + ', "dependencies": {"evil": "1"}}'),
        ("pyproject.toml", f"[t]\na = {'[' * 99}{']' * 99}\nb = {'{c = ' * 200}1{'}' * 200}\n[project]\ndependencies = ['evil']"),
        ("setup.cfg", f"[options]\ninstall_requires ={' ' * 5000}evil\n"),
        ("setup.py", f"setup(install_requires=[  # {'x' * 100_000}\n 'evil'])\n"),
        ("setup.py", "a(install_requires=[])\n" * 50 + "setup(install_requires=['evil'])\n"),
        ("go.mod", f"require {' ' * 5000}evil {' ' * 5000}v1.0.0\n"),
        ("Gemfile", f"gem {' ' * 5000}'evil'\n"),
        ("requirements.txt", f"{'#' * 100_000}\n{' ' * 5000}evil\n"),
    ],
)  # fmt: skip
def test_padding_hides_no_dependency(path: str, text: str) -> None:
    assert [one.name for one in dependencies(text, path)] == ["evil"]


def test_what_is_over_a_bound_is_told() -> None:
    assert refusal('{"dependencies": {"a": "1"}}', "package.json") == ""
    assert "characters" in refusal(" " * (LONGEST + 1), "package.json")
    assert refusal("a\n" * MOST, "requirements.txt") == ""
    assert "dependencies" in refusal("a\n" * (MOST + 1), "requirements.txt")
