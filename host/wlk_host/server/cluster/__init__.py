"""`wlk-host serve --replicas`: several engines behind one address. Ray Serve distributes.

`ledger.py`, `shares.py` and `scaling.py` know nothing of Ray. The others need the extra `cluster`.
"""
