"""From the picture of a page to its words: decisions over the port `Recognizer`.

ink.py finds what is printed, how it is turned and where a few lines stand; language.py
chooses one model by a first look at those lines, for Chinese with han.py; assemble.py makes
text and word boxes of what was recognised; page.py puts them in order. No engine is known here.
"""
