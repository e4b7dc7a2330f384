"""Bytes to findings about authenticity: what was seen, where, and what it cannot show.

A detector is a file with a `CARD` and one function that takes a `Subject` and gives findings.
It runs in the jail, beside the reader, and never changes or judges anything: an observation
with an innocent and a suspicious explanation, its limits, and a way to check by hand.
"""
