"""Native messaging as values: framing, messages, connection. No I/O."""
