"""Captions of another machine: sessions go to a server, and what it says to the extension.

Off until the extension names a server. Nothing of it is imported before.
"""
