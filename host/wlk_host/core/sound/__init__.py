"""What is known of the sound itself: the part that is kept, when somebody speaks, and who.

Text does not belong here.
"""
