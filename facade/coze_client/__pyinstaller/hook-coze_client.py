"""The error table, and the modules that are imported when they are first used."""

from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages

datas = [(str(Path(__file__).parents[1] / "error_table.json"), "coze_client")]
hiddenimports: list[str] = []
for package in ("coze_api", "coze_client", "coze_core"):
    spec = find_spec(package)
    places = (spec and spec.submodule_search_locations) or []
    names = [module.name for module in walk_packages(places, f"{package}.")]
    hiddenimports += [name for name in names if "__pyinstaller" not in name]
