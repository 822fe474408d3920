"""Which models exist, where they are stored, whether they are intact, and how they get there.

Reads and writes files, and downloads on request. Never loads a model.
"""
