"""Whisper in MLX, for Apple's GPU: layers and how they are loaded.

Searches are shared by all libraries and live one folder up.
"""
