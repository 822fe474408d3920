"""Sound in, caption lines out: the rules of captioning, pure, with numpy at most.

No thread, clock, file or model is touched here; `ports` says what is needed of them.
"""
