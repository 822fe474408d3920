"""Whisper as an encoder and a decoder that shows its attention, with one folder per library.

Here is what they share: features, tokens and searches. Files are read in `checkpoints`.
"""
