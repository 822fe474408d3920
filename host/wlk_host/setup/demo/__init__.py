"""The demo: a browser that is driven, and a page that speaks with captions over it."""
