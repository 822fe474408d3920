"""Checkpoints of every common format, converted to the one format that the backends read.

Reads and writes files. Never runs a model.
"""
