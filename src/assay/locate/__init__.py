"""Find a passage again: from a locator to the text it names, and from text to boxes on a page."""
