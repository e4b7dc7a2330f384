"""Composition root: picks the engines, sends exhibits along their path, answers for a case."""
