"""Verify a case: every digest, proof and signature, offline, from the files alone.

Needs model/ and proof/ and nothing else of Assay, so that it can be read and trusted by itself.
"""
