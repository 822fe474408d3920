"""The translators. Each loads one kind of model and translates texts with it.

`core/translation` decides which text is translated when, and `runtime/translators` by which
translator.
"""
