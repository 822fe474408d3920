"""An OpenAI-compatible service in the place of a model.

The only code that sends sound away, and only to the address that the user named.
"""
