"""Whisper in onnxruntime, on the processor: graphs of both halves, their files, how they are run.

Searches are shared by all libraries and live one folder up.
"""
