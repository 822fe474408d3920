"""Whisper in CTranslate2, where onnxruntime is no better: encodes, and does the second pass.

CTranslate2 tells no attention, so no live decoder can live here.
"""
