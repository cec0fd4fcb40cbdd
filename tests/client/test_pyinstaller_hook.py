from __future__ import annotations

import runpy
from importlib.metadata import entry_points
from pathlib import Path

import coze_api
import coze_client
import coze_core

PACKAGES = [Path(package.__file__).parent for package in (coze_api, coze_client, coze_core)]


def modules(folder: Path) -> set[str]:
    files = [file.relative_to(folder.parent).with_suffix("") for file in folder.rglob("*.py")]
    names = {".".join(file.parts).removesuffix(".__init__") for file in files}
    return {name for name in names if "__pyinstaller" not in name}


def test_pyinstaller_is_led_to_the_error_table_and_to_all_modules() -> None:
    (entry,) = entry_points(group="pyinstaller40", name="hook-dirs")
    (folder,) = entry.load()()
    (hook,) = Path(folder).glob("hook-*.py")
    assert hook.stem == "hook-coze_client"
    found = runpy.run_path(str(hook))
    packages = {folder.name for folder in PACKAGES}
    assert set(found["hiddenimports"]) == set().union(*map(modules, PACKAGES)) - packages
    table = Path(coze_client.__file__).with_name("error_table.json")
    assert [(Path(file), target) for file, target in found["datas"]] == [(table, "coze_client")]
    assert table.is_file()
