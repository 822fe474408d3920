"""Sound in, caption lines out: the rules of captioning, pure, with numpy at most.

No thread, clock, file or model is touched here; what is needed of them stands in `ports`.
"""
