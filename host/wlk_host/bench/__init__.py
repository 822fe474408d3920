"""`wlk-host bench`: captions recordings as if they were live, and scores the captions.

No code that makes captions imports from here.
"""
