"""How does a page become findable, and a query become places in pages?

letters.py and analysis.py cut text into tokens; query.py reads what a person typed into a tree
(tree.py); leaves.py says what one word or phrase of it matches; compile.py asks the engine,
highlight.py finds the same places in a page's text, explain.py tells the query in words; write.py
and find.py are the two doors of the room; names.py takes a list of names. Offsets count code
points of a page's stored text, end excluded.
"""
