"""Byte makers: one file a format, each a pure function from nouns to the bytes of a file.

The same arguments give the same bytes on one machine: times and ids are fixed, nothing is
random unless seeded. What a maker writes is valid for independent readers, unless its name
says what is broken about it. Sizes are bytes, page measures points.
"""
