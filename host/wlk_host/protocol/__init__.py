"""Native messaging as values: framing, messages and their order.

Performs no I/O. `schema.json` is the single definition of the messages.
"""
