"""Which text is translated when, and under which line its translation is shown.

Translators themselves live in `backends/translators`. Nothing here loads or waits.
"""
