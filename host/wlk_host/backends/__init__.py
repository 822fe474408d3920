"""The engines behind `core`'s Protocols, one file each."""
