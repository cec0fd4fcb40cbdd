"""What the project is built from, and what is built from it, is the same everywhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PARTS = ("facade", "generated", "sandbox", "pyproject.toml", "README.md", "LICENSE", ".gitignore")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_a_hash(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


def test_every_tool_of_node_is_pinned_with_a_hash_and_no_address() -> None:
    lock = json.loads((ROOT / "requirements/tools/package-lock.json").read_text(encoding="utf-8"))
    (_, wanted), *packages = lock["packages"].items()
    assert all(re.fullmatch(r"[\d.]+", version) for version in wanted["dependencies"].values())
    assert packages
    for name, package in packages:
        assert re.match(r"sha512-[\w+/]{86}==", package["integrity"]), name
        assert "resolved" not in package, name


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.name)
def test_workflows_pin_their_actions_and_keep_no_credentials(workflow: Path) -> None:
    jobs = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values()
    uses = [step for job in jobs for step in job["steps"] if "uses" in step]
    assert uses
    for step in uses:
        # The action of this repository needs no pin; one workflow pushes a branch.
        assert step["uses"] == "./" or re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"]), step
        if step["uses"].startswith("actions/checkout") and workflow.name != "upstream.yml":
            assert step["with"]["persist-credentials"] is False, step


@pytest.mark.parametrize(
    ("sys_platform", "platform_system", "os_name"),
    [("darwin", "Darwin", "posix"), ("win32", "Windows", "nt")],
)
def test_the_lock_has_what_other_systems_need(
    sys_platform: str, platform_system: str, os_name: str
) -> None:
    """CI installs it on Windows and macOS; it was resolved on Linux."""
    system = {"sys_platform": sys_platform, "platform_system": platform_system, "os_name": os_name}
    lock = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    locked = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    wanted = {
        canonicalize_name(needed.name)
        for name in locked
        for needed in map(Requirement, metadata.requires(name) or [])
        if not needed.marker or needed.marker.evaluate({"extra": "", **system})
    }
    assert len(wanted) > 50
    assert wanted - locked == set()


def test_what_users_install_has_no_upper_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *chain.from_iterable(extras)]
    assert [one for one in wanted if not re.fullmatch(r"[\w-]+>=[\d.]+", one)] == []


def test_the_lowest_versions_that_are_tested_are_the_bounds_of_what_users_install() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tested = (ROOT / "requirements" / "lowest.in").read_text(encoding="utf-8").splitlines()[1:]
    bounds = [one.replace("==", ">=").removesuffix(".0") for one in tested]
    assert bounds == project["dependencies"] + project["optional-dependencies"]["websockets"]


def test_the_wheel_is_the_same_wherever_and_whenever_it_is_built(tmp_path: Path) -> None:
    wheels: list[bytes] = []
    for number in range(2):
        folder = tmp_path / f"checkout {number}"
        folder.mkdir()
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                # The second time, files are new.
                copy = shutil.copy if number else shutil.copy2
                shutil.copytree(
                    source,
                    folder / part,
                    copy_function=copy,
                    ignore=shutil.ignore_patterns("__pycache__"),
                )
            else:
                shutil.copy(source, folder / part)
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
            cwd=folder,
            check=True,
            capture_output=True,
            umask=0o077 if number else 0o022,
        )
        (wheel,) = tmp_path.glob("*.whl")
        wheels.append(wheel.read_bytes())
        wheel.unlink()
    assert wheels[0] == wheels[1]
