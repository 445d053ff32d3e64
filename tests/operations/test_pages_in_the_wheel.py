"""No wheel without the web application as its sources are."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

import hatch_build

ROOT = Path(hatch_build.__file__).parent


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that is built like this one, and small."""
    (tmp_path / "hub" / "web").mkdir(parents=True)
    (tmp_path / "hub" / "__init__.py").write_text('__version__ = "1"\n')
    (tmp_path / "hub" / "web" / "index.html").write_text("<!doctype html>")
    (tmp_path / "ui" / "src" / "api").mkdir(parents=True)
    (tmp_path / "ui" / "src" / "main.ts").write_text("console.log(1)\n")
    (tmp_path / ".gitignore").write_text("hub/web/\n")
    return tmp_path


def test_a_build_is_good_as_long_as_its_sources_are_the_same(project: Path) -> None:
    with pytest.raises(RuntimeError, match="not built: run `make ui`"):
        hatch_build.check(project)
    stamp = project / "hub" / "web" / hatch_build.STAMP
    stamp.write_text(hatch_build.digest(project / "ui") + "\n")
    hatch_build.check(project)
    (project / "ui" / "openapi.json").write_text("{}")
    (project / "ui" / "src" / "api" / "schema.d.ts").write_text("made from it")
    hatch_build.check(project)
    (project / "ui" / "src" / "main.ts").write_text("console.log(2)\n")
    with pytest.raises(RuntimeError, match="older than its sources"):
        hatch_build.check(project)


def test_the_build_that_was_made_says_what_python_says_of_its_sources() -> None:
    if not (ROOT / "hub" / "web" / hatch_build.STAMP).is_file():
        pytest.skip("the web application is not built: run `make ui`")
    hatch_build.check(ROOT)


def test_a_wheel_brings_the_pages_though_git_ignores_them(project: Path) -> None:
    shutil.copy(ROOT / "hatch_build.py", project)
    (project / "pyproject.toml").write_text(_PROJECT)
    (project / "hub" / "web" / hatch_build.STAMP).write_text(hatch_build.digest(project / "ui"))
    made = _wheel(project)
    assert made.returncode == 0, made.stderr
    [wheel] = (project / "dist").glob("*.whl")
    assert "hub/web/index.html" in zipfile.ZipFile(wheel).namelist()
    (project / "ui" / "src" / "main.ts").write_text("console.log(3)\n")
    refused = _wheel(project)
    assert refused.returncode != 0
    assert "run `make ui` first" in refused.stderr


def _wheel(project: Path) -> subprocess.CompletedProcess[str]:
    hatchling = shutil.which("hatchling", path=str(ROOT / ".venv" / "bin")) or "hatchling"
    return subprocess.run(
        [hatchling, "build", "--target", "wheel"], cwd=project, capture_output=True, text=True, timeout=120, check=False
    )


_PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "small"
version = "1"
[tool.hatch.build.hooks.custom]
[tool.hatch.build.targets.wheel]
packages = ["hub"]
artifacts = ["hub/web/**"]
"""
