"""Sample leaks and what is in them: the builder, and the harbour that the demo opens.

A leak is a folder and its ground truth: for every file its digest, its exact key sentences,
its members and what is special about it. Tests of every room measure against that.
"""
