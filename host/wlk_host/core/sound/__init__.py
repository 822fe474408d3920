"""What is known of the sound itself: the part that is kept, and when somebody speaks.

Text does not belong here.
"""
