"""Where lines end, through a session on real weights."""

from pathlib import Path

import pytest

from host.runtime.host.real_faults import final, named, recorded, sound_in
from host.runtime.host.test_real_session import loaded, played

pytestmark = pytest.mark.model


@pytest.mark.parametrize("path", recorded("fast175.flac"), ids=named)
def test_no_line_ends_at_a_title(path: Path) -> None:
    lines = final(played(loaded("base"), sound_in(path)))
    assert lines
    assert not any(line.text.endswith(("Mr.", "Mrs.")) for line in lines)
