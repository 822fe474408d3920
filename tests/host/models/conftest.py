"""The store in a folder of its own, and a hub that it asks."""

from fixtures.hub_fixtures import hub, models

__all__ = ["hub", "models"]
