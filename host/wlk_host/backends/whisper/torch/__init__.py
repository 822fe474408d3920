"""Whisper in PyTorch, on the processor or a graphics card: layers and how they are loaded.

Searches are shared by all libraries and live one folder up.
"""
