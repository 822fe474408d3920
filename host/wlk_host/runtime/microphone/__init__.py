"""Captions of the microphone: PortAudio captures, a terminal shows what is said."""
