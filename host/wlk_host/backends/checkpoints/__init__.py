"""Checkpoints of every common format, brought into the one form that the backends read.

Reads and writes files. Never runs a model.
"""
