"""Whisper in CTranslate2: encodes for both passes and searches for the second.

CTranslate2 tells no attention, so no live decoder can live here.
"""
