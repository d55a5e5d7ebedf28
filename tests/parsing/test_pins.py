"""New dependencies, how firmly each is fixed, and the lock files that bind them."""

import pytest

from pytest_agentcompliance.parsing.manifests import Dependency, dependencies
from pytest_agentcompliance.parsing.pins import Manifest, added, locks, pin


def node(requirement: str) -> Dependency:
    return Dependency("a", requirement, "dependencies", 1, "node")


def python(requirement: str, group: str = "project.dependencies") -> Dependency:
    return Dependency("a", requirement, group, 1, "python")


@pytest.mark.parametrize(
    ("requirement", "how"),
    [
        ("1.2.3", "exact"), ("=1.2.3", "exact"), ("v1.2.3-rc.1+b", "exact"), ("^1.2.3", "bounded"), ("~1.2", "bounded"),
        ("1.x", "bounded"),
        ("1", "bounded"), (">=1.2.3", "open"), (">=1 <2", "bounded"), ("*", "open"), ("", "open"), ("latest", "open"),
        ("next", "open"),
        ("npm:b@1.2.3", "exact"), ("npm:b@^1.0.0", "bounded"), ("npm:b", "open"), ("catalog:", "exact"), ("^1 || ^2", "bounded"),
        ("github:us/a", "source"), ("us/a#main", "source"), ("us/a#v1.2.3", "tagged"), ("git+https://x.org/a.git#0123abc", "exact"),
        ("https://x.org/a-1.2.tgz", "exact"),
    ],
)  # fmt: skip
def test_package_of_node(requirement: str, how: str) -> None:
    assert pin(node(requirement)) == how


@pytest.mark.parametrize(
    ("requirement", "how"),
    [
        ("==1.2.3", "exact"), ("===1.2", "exact"), ("== 1.2 ; python_version < '3.12'", "exact"), ("==1.*", "bounded"),
        ("~=1.4", "bounded"),
        (">=1,<2", "bounded"), (">=1.0", "open"), (">1", "open"), ("", "open"), ("!=1.0", "open"),
        ("@ git+https://x.org/a@main", "source"), ("@ git+https://x.org/a@0123456789abcdef0123456789abcdef01234567", "exact"),
        ("@ git+https://x.org/a@v1.0", "tagged"), ("@ https://x.org/a-1.0-py3-none-any.whl", "exact"),
        ("--hash=sha256:ab", "exact"),
    ],
)  # fmt: skip
def test_package_of_python(requirement: str, how: str) -> None:
    assert pin(python(requirement)) == how


def test_poetry_takes_a_bare_version_as_one_version() -> None:
    assert pin(python("1.2.3", "tool.poetry.dependencies")) == "exact"
    assert pin(python("^1.2", "tool.poetry.dependencies")) == "bounded"


def test_only_what_came_in_is_new() -> None:
    before = '{"dependencies": {"a": "1.0.0", "b": "1.0.0"}}'
    after = '{"dependencies": {"a": "2.0.0", "c": "1.0.0", "d": "workspace:*"}, "peerDependencies": {"e": "*"}}'
    assert [dep.name for _, dep in added([Manifest("package.json", before, after)])] == ["c"]


def test_dependency_that_went_to_another_manifest_is_not_new() -> None:
    moved = [Manifest("a/requirements.txt", "flask\nhttpx\n", "httpx\n"), Manifest("b/requirements.txt", "", "flask\nredis\n")]
    assert [(path, dep.name) for path, dep in added(moved)] == [("b/requirements.txt", "redis")]


def test_extra_that_asks_for_its_own_project_is_not_new() -> None:
    after = '[project]\nname = "our-app"\n[project.optional-dependencies]\nall = ["our_app[a,b]", "httpx"]\n'
    assert [dep.name for _, dep in added([Manifest("pyproject.toml", "", after)])] == ["httpx"]


def binding(path: str, tree: dict[str, str]) -> tuple[str, ...]:
    dep = next(iter(dependencies('{"dependencies": {"a": "1"}}', "package.json")))
    return locks.binding(path, python("") if path.endswith(".toml") else dep, tree.get)


def test_lock_file_above_binds_in_a_workspace_alone() -> None:
    tree = {"package-lock.json": "", "package.json": "{}", "api/package.json": "{}"}
    assert binding("api/package.json", tree) == ()
    assert binding("api/package.json", tree | {"package.json": '{"workspaces": ["api"]}'}) == ("package-lock.json",)
    assert binding("package.json", tree) == ("package-lock.json",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pnpm-workspace.yaml", "packages:\n  - 'apps/*'  # all\n  - '!apps/old'\ncatalog:\n  - tools\n"),
        ("package.json", '{"workspaces": ["apps/*", "!apps/old"]}'),
        ("package.json", '{"workspaces": {"packages": ["./apps/**", "!apps/old"]}}'),
        ("lerna.json", '{"packages": ["apps/*/", "!apps/old"]}'),
    ],
)  # fmt: skip
def test_package_that_is_no_member_of_the_workspace_is_not_bound(name: str, text: str) -> None:
    tree = {"yarn.lock": "", name: text}
    assert binding("apps/api/package.json", tree) == ("yarn.lock",)
    assert binding("apps/old/package.json", tree) == ()
    assert binding("tools/package.json", tree) == ()


def test_lock_files_of_all_folders_count() -> None:
    tree = {"pnpm-lock.yaml": "", "pnpm-workspace.yaml": "", "api/package-lock.json": ""}
    assert binding("api/package.json", tree) == ("api/package-lock.json", "pnpm-lock.yaml")


def test_requirements_that_are_compiled_bind_a_project() -> None:
    assert binding("pyproject.toml", {"requirements.txt": "a==1"}) == ("requirements.txt",)
    assert binding("pkg/pyproject.toml", {"uv.lock": "", "pyproject.toml": "[tool.uv.workspace]\n"}) == ("uv.lock",)


def test_lock_file_holds_a_name_as_a_whole_in_any_spelling() -> None:
    dep = Dependency("Zope.Interface", "", "project.dependencies", 1, "python")
    assert locks.holds(b'name = "zope-interface"\n', dep)
    assert not locks.holds(b'name = "zope-interface-x"\n', dep)
    assert not locks.holds(b'name = "my-zope-interface"\n', dep)


@pytest.mark.parametrize(
    ("line", "name", "how"),
    [
        ("git+https://x.org/us/shop.git@main", "shop", "source"),
        ("git+https://x.org/us/shop@feature/till", "shop", "source"),
        ("git+ssh://git@x.org/us/shop.git@0123456789abcdef0123456789abcdef01234567", "shop", "exact"),
        ("-e git+https://x.org/us/a.git@v1.2#egg=shop", "shop", "tagged"),
        ("shop @ https://x.org/shop-latest.zip", "shop", "source"),
        ("shop @ https://x.org/us/shop/archive/refs/heads/main.zip", "shop", "source"),
        ("https://x.org/shop-1.2-py3-none-any.whl ; python_version > '3'", "shop", "exact"),
    ],
)
def test_address_in_a_file_of_requirements(line: str, name: str, how: str) -> None:
    found = list(added([Manifest("requirements.txt", "", f"{line}\n")]))
    assert [(one.name, pin(one)) for _, one in found] == [(name, how)]
