"""Registers the host with browsers and finds out what is broken.

Uses the standard library only, so that it works even if everything else is broken.
"""
