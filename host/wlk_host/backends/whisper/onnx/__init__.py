"""Whisper's decoder in onnxruntime, on the processor: its graph, its files, and how it is run.

Searches are shared by all libraries and live one folder up.
"""
