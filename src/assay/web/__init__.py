"""The desk: the case as pages in a browser, on this computer only.

A door, so it knows `casework.Case` alone and gives what its methods give, as pages and as the
same JSON at /api/v1/. The rule: no byte of an exhibit leaves but as escaped text, as a picture
that the sandbox drew, or as an attachment that the browser may only save. Offsets are code points
everywhere; the browser's UTF-16 is turned into them in static/passage.js and nowhere else.
"""
