"""What an installation is made of, by what the packages say themselves."""

from pathlib import Path

import pytest

from wlk_host import cli
from wlk_host.setup import licences
from wlk_host.setup.licences import NOT_STATED, library_name


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("libopus-114e2b1a.so.0.11.1", "opus"),
        ("libx264-d6533a8d.so.165", "x264"),
        ("libgfortran-040039e1-0352e75f.so.5.0.0", "gfortran"),
        ("libscipy_openblas64_-32a4b2a6.so", "scipy_openblas"),
        ("libxcb-shm-0be6dfbf.so.0.0.0", "xcb-shm"),
        ("libavcodec.62.28.102.dylib", "avcodec"),
        ("avcodec-62-8c8fd0b8f3f8a5ad0b8f8f3b2b9c6f1e.dll", "avcodec"),
        ("libSvtAv1Enc-9393c086.so.4.1.0", "SvtAv1Enc"),
    ],
)
def test_a_library_is_known_by_its_file(file: str, name: str) -> None:
    assert library_name(file) == name


def test_the_host_and_what_it_needs_are_listed() -> None:
    found = {component.name: component for component in licences.installed()}
    assert found["wlk-host"].licence == "Apache-2.0"
    for name in ("av", "ctranslate2", "numpy", "onnxruntime", "tokenizers", "msgspec"):
        assert found[name].licence != NOT_STATED
        assert found[name].version
    assert "GPL" in found["libavcodec"].licence
    assert found["libavcodec"].within == "av"
    assert "pytest" not in found


def write_package(folder: Path, name: str, *metadata: str) -> None:
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir()
    lines = ["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *metadata]
    (about / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_terms_are_read_in_each_form_a_package_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    needs = ["Requires-Dist: made_new>=1", 'Requires-Dist: made-old; python_version < "99"']
    needs += [
        "Requires-Dist: made-long[extra]",
        "Requires-Dist: says-nothing",
        "Requires-Dist: gone",
    ]
    write_package(tmp_path, "made_root", "License: MIT", *needs)
    write_package(tmp_path, "made_new", "License-Expression: MIT OR Apache-2.0", "License: x")
    old = "Classifier: License :: OSI Approved :: BSD License"
    write_package(tmp_path, "made_old", old, "Requires-Dist: made-root")
    write_package(tmp_path, "made_long", f"License: {'word ' * 40}", old)
    write_package(tmp_path, "says_nothing")
    assert [(c.name, c.licence) for c in licences.installed("made-root")] == [
        ("made-long", "BSD License"),
        ("made-new", "MIT OR Apache-2.0"),
        ("made-old", "BSD License"),
        ("made-root", "MIT"),
        ("says-nothing", NOT_STATED),
    ]


def test_the_command_prints_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["licences"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(licences.installed())
    assert any(line.startswith("  libavcodec") and "GPL" in line for line in lines)
