"""Exhibit to derivatives and members; one file a format.

`read.read` is the door: it sniffs the type by content, calls the one reader that the
registry names for it and turns every failure into a problem with a code. Nothing here
starts a process, opens a socket or writes outside the scratch folder it is given; all of
it runs inside a jailed worker. The unit is the exhibit; its text counts in code points.
"""
