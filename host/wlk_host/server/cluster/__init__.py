"""`wlk-host serve --replicas`: several engines behind one address. Ray Serve distributes.

`ledger.py`, `shares.py`, `scaling.py` and `door.py` know nothing of Ray. The others need the extra
`cluster`.
"""
