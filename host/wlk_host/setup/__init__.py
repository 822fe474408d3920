"""Register the host with browsers and find out what is broken. Stdlib only."""
