// What is selected in the stored text, as code points of the page.
//
// Every piece of text carries where it starts (data-at, in code points). The browser counts UTF-16
// units; here, and nowhere else, they are turned into code points.

export function codePoints(text, units) {
  let count = 0;
  for (let at = 0; at < units && at < text.length; count += 1) {
    at += text.codePointAt(at) > 0xffff ? 2 : 1;
  }
  return count;
}

function place(stored, node, offset) {
  const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-at]");
  if (piece && stored.contains(piece)) {
    const start = Number(piece.dataset.at);
    if (piece.dataset.len) return start + (offset > 0 ? Number(piece.dataset.len) : 0);
    if (node.nodeType === Node.TEXT_NODE) return start + codePoints(node.data, offset);
    return start + (offset > 0 ? codePoints(piece.textContent, piece.textContent.length) : 0);
  }
  // between pieces: the first piece at or after the point, else the end of the last one
  const point = document.createRange();
  point.setStart(node, offset);
  for (const next of stored.querySelectorAll("[data-at]")) {
    if (point.comparePoint(next, 0) >= 0) return Number(next.dataset.at);
  }
  const all = stored.querySelectorAll("[data-at]");
  const last = all[all.length - 1];
  return last ? Number(last.dataset.at) + codePoints(last.textContent, last.textContent.length) : 0;
}

// {start, end} in code points of the page, or null where nothing of the text is selected.
export function selected(stored) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  if (!stored.contains(range.startContainer) || !stored.contains(range.endContainer)) return null;
  const start = place(stored, range.startContainer, range.startOffset);
  const end = place(stored, range.endContainer, range.endOffset);
  return end > start ? { start, end, words: selection.toString() } : null;
}
