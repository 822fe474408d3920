"""Native messaging as values: framing, messages and the order in which they may come.

Performs no I/O. `schema.json` is the one definition of the messages.
"""
