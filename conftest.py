"""For pytest: each test may use what its markers name."""

pytest_plugins = ["fixtures.needs"]
