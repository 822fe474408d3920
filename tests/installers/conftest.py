"""The host's wheel, built once from this checkout."""

from pathlib import Path

import hatchling.build
import pytest

from installers.later import built


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(hatchling.build.build_wheel, tmp_path_factory.mktemp("wheel"))
