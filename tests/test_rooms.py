"""The order of the rooms: a folder imports only from folders above it, and no file is too long."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "server" / "visavis"
ORDER = [
    *("core", "engine", "media"),
    *("chores", "avatars"),  # modules, which folders below may use
    *("transports", "speech", "studio", "cluster"),
]
TOP = len(ORDER)  # the other modules beside the folders see every folder
FOR_ALL = {"visavis.errors"}
MAX_LINES = 250
NOT_IN_CORE = {"asyncio", "concurrent", "multiprocessing", "socket", "ssl", "threading", "time"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def _imports(path: Path) -> Iterator[str]:
    """Full names of what a module imports, wherever in it that stands."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _rank(room: str) -> int:
    return ORDER.index(room) if room in ORDER else TOP


def _room(module: str) -> str:
    """The folder of a dotted name inside the package, or its top-level module."""
    return module.split(".")[1]


def _own(path: Path) -> list[str]:
    inside = (name for name in _imports(path) if name.split(".")[0] == "visavis")
    return [name for name in inside if ".".join(name.split(".")[:2]) not in FOR_ALL]


def test_every_folder_has_a_place_in_the_order() -> None:
    folders = {
        path.parent.relative_to(PACKAGE).parts[0] for path in MODULES if _name(path) != path.name
    }
    assert folders - {"_assets"} <= set(ORDER)


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_room_imports_only_from_rooms_above(path: Path) -> None:
    mine = _rank(Path(path.relative_to(PACKAGE).parts[0]).stem)
    below = [name for name in _own(path) if _rank(_room(name)) > mine]
    assert not below


@pytest.mark.parametrize("path", sorted((PACKAGE / "core").glob("*.py")), ids=_name)
def test_the_core_is_pure(path: Path) -> None:
    allowed = (set(sys.stdlib_module_names) | {"numpy", "visavis"}) - NOT_IN_CORE
    assert {name.split(".")[0] for name in _imports(path)} <= allowed


def test_errors_import_nothing() -> None:
    assert not list(_imports(PACKAGE / "errors.py"))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_module_is_too_long(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MAX_LINES


def test_nothing_is_unpickled() -> None:
    """Bundles and checkpoints are data: no module may run code that a file brings."""
    picklers = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
    users = {_name(p) for p in MODULES if picklers & {n.split(".")[0] for n in _imports(p)}}
    assert not users
