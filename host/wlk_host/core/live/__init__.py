"""The live pass: which words hold now, by AlignAtt or by LocalAgreement.

Pure policies over one window. Lines, sessions and models do not belong here.
"""
