"""Custody: who held what, since when, and whether it is still what it was.

Receives exhibits, writes them once, keeps the signed logs, withdraws what must go, and gives
the account of what could and could not be read.
"""
