"""The whole path of a document, on one page.

A folder is handed over. For every file in it:

1. receive    custody.accession.walk names it, custody.accession.take copies it into the vault
              while hashing it, the vault syncs, custody.log.Log.append writes the event. Only
              now is it acknowledged. Runs in a thread of its own: it waits for the disk.
2. read       extract.read.read, in a jailed worker: type, text in pages, metadata, members,
              problems. A worker that dies, hangs or eats memory costs this exhibit a problem.
3. record     the reading goes into the catalogue; members become exhibits and go to step 2.
              PDFs with something over their words or an earlier state are looked into once more,
              for findings: examine.examine.look_into.
4. attest     an event says what was made of the exhibit, with which recipe.
5. index      index.write.page_for_index folds each page, the search engine stores it.
   (then)     office files that left nothing are handed to another program, where one is
              installed: it makes a copy in a jail of its own, and step 2 reads the copy.
6. listen     once text is searchable, statements.read.listen finds who said what, figures and
              dates. A text whose pages wait for OCR is listened to when they are recognised.
7. recognise  pages that are pictures wait in a queue until all text is searchable; then
              extract.ocr reads them one by one, the result is kept, and step 5 and 6 follow.
8. hear       sound waits last of all, and only where the case names a transcriber: what is said
              becomes part of the recording's reading, and steps 3 to 6 follow.

Each leg takes values and returns values; what a kill leaves undone is found again by its
state in the catalogue, or, when that is gone, by the events in the logs.
"""

from __future__ import annotations

from assay.casework.legs import Legs


def travel(legs: Legs) -> None:
    """Send everything that is handed over, or left from an earlier run, along the path."""
    while True:
        while legs.working():
            legs.receive()
            legs.read()
            legs.record()
            legs.attest()
            legs.index()
        legs.settle()
        if not legs.converting():
            break
        while legs.converting():
            legs.convert()
            legs.attest()
            legs.index()
    while legs.listening():
        legs.listen()
    legs.settle()
    while legs.recognising():
        legs.recognise()
        legs.attest()
        legs.index()
    legs.settle()
    while legs.hearing():
        legs.hear()
        legs.attest()
        legs.index()
    legs.settle()
    legs.more_text()
    while legs.listening():
        legs.listen()
    legs.settle()
