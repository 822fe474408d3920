"""The same session on files, scored."""
