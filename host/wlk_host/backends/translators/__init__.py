"""The translators: each loads one kind of model and translates texts with it.

When a text is due is decided in `core/translation`, by which translator in `runtime/translators`.
"""
