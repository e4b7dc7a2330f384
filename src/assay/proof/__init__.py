"""The mathematics of trust: digests, canonical bytes, commitments, Merkle tree, signed notes, logs.

Pure: bytes in, bytes or an error out. Nothing here knows a disk, a clock or a case.
"""
