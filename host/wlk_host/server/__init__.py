"""`wlk-host serve`: the sessions of this machine's engine over the network.

`wire/` knows the forms of the messages and nothing of sockets. `switchboard.py` joins many clients
to one host loop. What stands above speaks HTTP and WebSocket.
"""
