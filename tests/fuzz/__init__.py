"""Random input for everything that reads what others wrote; `run.py` is the long run."""
