"""What computes, behind the Protocols of `core`: Whisper, translators, voices, a speech detector.

One room for each kind. Nothing here knows sessions, messages or the browser.
"""
