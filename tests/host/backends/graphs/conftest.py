"""Which tests there are on which machine."""

from fixtures.emulated import EMULATED

collect_ignore = [] if EMULATED else ["test_without_vnni.py"]
