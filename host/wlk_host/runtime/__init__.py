"""The processes: threads, pipes and what connects the rooms below.

Rules of captioning belong in `core`, computing in `backends`.
"""
