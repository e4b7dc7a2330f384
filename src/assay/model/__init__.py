"""The nouns of the trade. Nothing here does anything but hold, check and show itself.

Frozen msgspec Structs; offsets count Unicode code points, end excluded; times are
RFC 3339 in UTC; digests are `sha256:` and 64 hex digits.
"""
