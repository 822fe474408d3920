"""Who speaks: engines that tell voices apart, and the rule that gives words to voices.

An engine is a `diarizer.Diarizer`; it knows sound and voices. `aligner` knows words and voices, and
`Speakers` names them for one session.
"""
