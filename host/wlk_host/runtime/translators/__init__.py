"""The translator's own process, and the choice of the translator that it loads.

Translators themselves live in `backends/translators`.
"""
