"""Which text is translated when, and under which line its translation stands.

Translators themselves live in `backends/translators`. Nothing here loads or waits.
"""
