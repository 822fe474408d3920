"""`wlk-host bench`: the same session on recordings, scored, with tables and pictures.

Nothing that captions imports from here.
"""
