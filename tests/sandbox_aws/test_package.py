"""Code packages are unpacked without trust."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from services.sandbox.function import package as packages
from services.sandbox.function.package import BadPackage, unpack
from tests.sandbox_aws.conftest import package


@pytest.mark.parametrize("name", ["../escape.js", "/absolute.js", "a/../../escape.js", "..\\escape.js"])
def test_paths_that_lead_outside_are_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    with pytest.raises(BadPackage, match="leads outside"):
        unpack(package("x", name), folder)
    assert [path.name for path in tmp_path.rglob("*")] == ["inside"]


def test_symbolic_links_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BadPackage, match="symbolic link"):
        unpack(buffer.getvalue(), tmp_path)


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPackage, match="cannot be unzipped"):
        unpack(b"hello", tmp_path)


def test_a_package_that_grows_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAXIMUM_BYTES", 10)
    with pytest.raises(BadPackage, match="larger than"):
        unpack(package("x" * 11), tmp_path)


def test_files_keep_their_folders_and_the_executable_bit(tmp_path: Path) -> None:
    tool = zipfile.ZipInfo("bin/tool")
    tool.external_attr = (stat.S_IFREG | 0o755) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(tool, "#!")
        archive.writestr("index.mjs", "1")
    unpack(buffer.getvalue(), tmp_path)
    assert (tmp_path / "bin/tool").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "index.mjs").stat().st_mode & 0o777 == 0o644
