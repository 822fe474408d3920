"""Live captions for any browser tab, recognised on this machine."""
