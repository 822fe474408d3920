"""The translator's own process, and the choice of the translator that it loads.

The translators themselves are in `backends/translators`.
"""
