"""The library: small, without dependencies, and whole in the package that is made of it."""

import json
import re
from pathlib import Path

import pytest

CLIENT = Path(__file__).parents[2] / "client_web"
MOST_BYTES = 25_000
_IMPORT = re.compile(r"^(?:import|export)[^'=\n]*?(?:from )?'([^']+)';", re.MULTILINE)


def needed(entry: Path) -> set[Path]:
    """A module and all that it imports before it runs."""
    found: set[Path] = set()
    waiting = [entry.resolve()]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += [(module.parent / name).resolve() for name in imports(module)]
    return found


def imports(module: Path) -> list[str]:
    return _IMPORT.findall(re.sub(r"\{[^}]*\}", "", module.read_text("utf-8")))


def test_watching_needs_little() -> None:
    modules = needed(CLIENT / "lib" / "watch.js")
    assert CLIENT / "lib" / "line.js" in modules
    assert sum(module.stat().st_size for module in modules) <= MOST_BYTES


@pytest.mark.parametrize("module", sorted(CLIENT.rglob("*.js")), ids=lambda path: path.name)
def test_modules_import_files_of_ours_only(module: Path) -> None:
    for name in imports(module):
        assert name.startswith(("./", "../"))
        assert (module.parent / name).is_file()


def test_the_package_brings_all_that_it_exports() -> None:
    package = json.loads((CLIENT / "package.json").read_text("utf-8"))
    assert "dependencies" not in package
    packed = [CLIENT / name for name in package["files"] if name != "types"]
    for entry in package["exports"].values():
        for module in needed(CLIENT / entry["default"]):
            assert any(module == path or path in module.parents for path in packed)


@pytest.mark.parametrize("name", [".", "watch", "overlay", "kiosk", "meet", "embed"])
def test_a_page_loads_all_its_modules_at_once(name: str) -> None:
    page = CLIENT / name / "index.html"
    text = page.read_text("utf-8")
    (entry,) = re.findall(r'<script type="module" src="([^"]+)"', text)
    preloaded = re.findall(r'<link rel="modulepreload" href="([^"]+)"', text)
    wanted = needed(page.parent / entry) - {(page.parent / entry).resolve()}
    assert {(page.parent / name).resolve() for name in preloaded} == wanted
