"""Archives that are the same bytes each time: sorted, owned by root, all of one moment.

A `.deb` is an `ar` archive of two tar archives (deb(5)), so no tool of Debian's is needed.
"""

import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

MOMENT: Final = int(os.environ.get("SOURCE_DATE_EPOCH", "1767225600"))
"""2026-01-01, unless the environment says otherwise (reproducible-builds.org)."""


def write_tar(folder: Path, target: Path, prefix: str) -> None:
    """Everything below a folder as `.tar.gz` or `.tar.xz`, under a folder of that name."""
    with _compressed(target) as file, tarfile.open(fileobj=file, mode="w") as archive:
        _add(archive, folder, prefix)


def write_deb(root: Path, control: Mapping[str, bytes], target: Path) -> None:
    """A Debian package.

    Args:
        root: what is installed, as it lies below `/`.
        control: the files `control`, `md5sums` and scripts, by name.
        target: the file to write.
    """
    with target.open("wb") as deb:
        deb.write(b"!<arch>\n")
        _ar_member(deb, "debian-binary", b"2.0\n")
        _ar_member(deb, "control.tar.xz", _control(control))
        packed = io.BytesIO()
        with (
            lzma.open(packed, "wb", preset=1) as file,
            tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive,
        ):
            _add(archive, root, ".")
        _ar_member(deb, "data.tar.xz", packed.getvalue())


def write_zip(files: Mapping[str, bytes], target: Path) -> None:
    """Files by their names, as a zip archive that does not depend on who makes it where.

    Nothing is compressed, because zlib's output differs from build to build.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, on every system.
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])


@contextmanager
def _compressed(target: Path) -> Iterator[lzma.LZMAFile | gzip.GzipFile]:
    with target.open("wb") as file:
        if target.suffix == ".xz":
            with lzma.open(file, "wb", preset=1) as packed:
                yield packed
        else:
            # The level is a choice of speed: some 600 MB are written.
            with gzip.GzipFile("", "wb", 6, file, MOMENT) as packed:
                yield packed


def _add(archive: tarfile.TarFile, folder: Path, prefix: str) -> None:
    archive.addfile(_neutral(archive.gettarinfo(folder, prefix)))
    for path in sorted(folder.rglob("*")):
        info = archive.gettarinfo(path, f"{prefix}/{path.relative_to(folder).as_posix()}")
        if info.isreg():
            with path.open("rb") as file:
                archive.addfile(_neutral(info), file)
        else:
            archive.addfile(_neutral(info))


def _neutral(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mtime = MOMENT
    if not info.issym():
        info.mode = 0o755 if info.isdir() or info.mode & 0o100 else 0o644
    return info


def _control(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with (
        lzma.open(packed, "wb") as file,
        tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for name, content in sorted(files.items()):
            info = tarfile.TarInfo(f"./{name}")
            info.size, info.mode = len(content), 0o755 if content.startswith(b"#!") else 0o644
            archive.addfile(_neutral(info), io.BytesIO(content))
    return packed.getvalue()


def _ar_member(deb: IO[bytes], name: str, content: bytes) -> None:
    header = f"{name:<16}{MOMENT:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n"
    deb.write(header.encode("ascii") + content + b"\n" * (len(content) % 2))
