"""The models behind the Protocols of `core`: Whisper, translators, voices, a speech detector.

Each kind has its own package. Nothing here knows sessions, messages or the browser.
"""
