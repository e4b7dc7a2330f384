"""Do texts say the same, and where do they differ? A draft checked against the case.

The room takes values and returns values: texts, what was heard in them, and an object that finds
pages. It opens nothing and knows no case.
"""
