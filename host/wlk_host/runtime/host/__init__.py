"""The process that the browser starts: messages in, captions out.

Models are loaded in `loading`. Nothing here imports a library that computes.
"""
