"""An OpenAI-compatible service in place of a model.

This is the only code that sends sound away, and only to the address that the user named.
"""
