"""The list of a release's parts."""

from typing import Any

import release


def test_shared_libraries_are_within_the_part_that_carries_them() -> None:
    parts: dict[str, Any] = {"components": [{"name": "Some_Package"}, {"name": "other"}]}
    components = [
        {"name": "some-package", "version": "1", "licence": "MIT", "within": ""},
        {"name": "libx", "version": "", "licence": "BSD-3-Clause", "within": "some-package"},
        {"name": "liby", "version": "2.1", "licence": "MIT", "within": "some-package"},
    ]
    release.add_libraries(parts, components)
    first, second = parts["components"]
    assert [(c["name"], c.get("version")) for c in first["components"]] == [
        ("libx", None),
        ("liby", "2.1"),
    ]
    assert first["components"][0]["licenses"] == [{"license": {"name": "BSD-3-Clause"}}]
    assert "components" not in second
