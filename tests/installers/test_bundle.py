"""The Debian package and the tarball, of a bundle that is only a few files."""

import hashlib
import subprocess
import tarfile
from pathlib import Path

import pytest

import archives
import bundle
import relocatable
from wlk_host.protocol.constants import EXTENSION_ID, HOST_NAME
from wlk_host.setup import launchers, manifest
from wlk_host.version import __version__


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """What `bundle.make` makes, without Python and the host."""
    folder = tmp_path / "bundle"
    programs = folder / "python/bin"
    programs.mkdir(parents=True)
    (programs / "python3").write_text('#!/bin/sh\necho "$@"\n')
    (programs / "wlk-host").write_text(bundle._LAUNCHER)
    for path in programs.iterdir():
        path.chmod(0o755)
    (folder / "bin").mkdir()
    (folder / "bin/wlk-host").symlink_to("../python/bin/wlk-host")
    return folder


def deb_of(made: Path, folder: Path) -> Path:
    root = folder / "root"
    bundle.lay_out(made, root)
    target = folder / "wlk-host.deb"
    archives.write_deb(root, bundle.control_files(root, "amd64"), target)
    return target


def test_the_launcher_runs_the_python_beside_it_from_anywhere(made: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(made / "bin/wlk-host")
    said = subprocess.check_output([link, "doctor", "a b"], text=True, cwd="/")
    assert said.strip() == "-I -B -m wlk_host.cli doctor a b"


def test_dpkg_reads_the_package(made: Path, tmp_path: Path) -> None:
    deb = deb_of(made, tmp_path)
    fields = subprocess.check_output(["dpkg-deb", "--field", deb], text=True)
    assert f"Version: {__version__}\n" in fields
    assert "Depends: libc6 (>= 2.17)" in fields
    listed = subprocess.check_output(["dpkg-deb", "--contents", deb], text=True).splitlines()
    assert all(" root/root " in line for line in listed)
    names = {line.split(maxsplit=5)[5] for line in listed if not line.startswith("d")}
    assert names == {
        "./usr/bin/wlk-host -> /usr/lib/wlk-host/bin/wlk-host",
        "./usr/lib/wlk-host/bin/wlk-host -> ../python/bin/wlk-host",
        "./usr/lib/wlk-host/dev.wlk.host.sh",
        "./usr/lib/wlk-host/python/bin/python3",
        "./usr/lib/wlk-host/python/bin/wlk-host",
        "./usr/share/doc/wlk-host/copyright",
        f"./etc/chromium/native-messaging-hosts/{HOST_NAME}.json",
        f"./etc/opt/chrome/native-messaging-hosts/{HOST_NAME}.json",
        f"./etc/opt/edge/native-messaging-hosts/{HOST_NAME}.json",
    }


def test_the_sums_in_the_package_are_those_of_its_files(made: Path, tmp_path: Path) -> None:
    deb = deb_of(made, tmp_path)
    out = tmp_path / "out"
    subprocess.run(["dpkg-deb", "--raw-extract", deb, out], check=True)
    lines = (out / "DEBIAN/md5sums").read_text().splitlines()
    assert len(lines) == 7
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.md5((out / name).read_bytes()).hexdigest() == digest
    subprocess.run(["sh", "-n", out / "DEBIAN/postrm"], check=True)
    assert (out / "DEBIAN/postrm").stat().st_mode & 0o111


def test_the_registration_for_all_users_leads_to_the_python_of_the_package(
    made: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    bundle.lay_out(made, root)
    launcher = root / "usr/lib/wlk-host/dev.wlk.host.sh"
    assert launchers.python_of(launcher) == Path("/usr/lib/wlk-host/python/bin/python3")
    found = root / f"etc/chromium/native-messaging-hosts/{HOST_NAME}.json"
    checked = manifest.check(found, "Chromium", [EXTENSION_ID])
    assert [finding.code for finding in checked.findings] == ["binary_missing"]


def test_both_packages_are_the_same_bytes_each_time(made: Path, tmp_path: Path) -> None:
    archives.write_tar(made, tmp_path / "one.tar.gz", "wlk-host-1")
    (made / "python/bin/python3").touch()
    archives.write_tar(made, tmp_path / "two.tar.gz", "wlk-host-1")
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()
    with tarfile.open(tmp_path / "one.tar.gz") as archive:
        assert {member.uid for member in archive} == {0}
    first_deb = deb_of(made, tmp_path).read_bytes()
    (tmp_path / "root/usr/lib/wlk-host").rename(made)
    again = tmp_path / "again"
    again.mkdir()
    assert deb_of(made, again).read_bytes() == first_deb


def test_the_oldest_c_library_is_read_from_the_programs(tmp_path: Path) -> None:
    (tmp_path / "program").write_bytes(b"\x7fELF\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_2.4\0")
    (tmp_path / "notes.txt").write_bytes(b"GLIBC_2.99")
    assert relocatable.oldest_glibc(tmp_path) == "2.34"


def test_libraries_that_a_program_links_to_are_found() -> None:
    linked = relocatable.linked(Path("/bin/sh"))
    assert any(name.startswith("libc.so") for name in linked)
