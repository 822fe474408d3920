"""Captions of files, and the clocks and logs that measure them.

The browser's process uses nothing from here.
"""
