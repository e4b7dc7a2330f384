"""Who said what: statements, figures and dates in one exhibit's text.

The room reads a text and nothing else: it knows no case, opens no file of a case and never judges
whether what was said is true. Places are code points of the text as it was given.
"""
