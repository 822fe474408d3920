"""What travels: pure functions from captions to the messages of each interface, and back."""
