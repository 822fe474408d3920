"""The pure part: audio in, caption lines out. Only stdlib and numpy."""
