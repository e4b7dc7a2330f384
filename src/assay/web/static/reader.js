// The reader: panes on a narrow window, marks one after another, the passage that is selected.
import { selected } from "./passage.js";

const byId = (id) => document.getElementById(id);

export function startReader(say) {
  const panes = byId("panes");
  if (!panes) return null;
  const stored = byId("stored");
  const sheet = byId("sheet");
  let mark = 0;
  let passage = null;

  // ---- panes
  function show(name, focus) {
    if (!byId(`tab-${name}`)) return;
    panes.dataset.pane = name;
    for (const tab of panes.querySelectorAll("[role=tab]")) {
      const on = tab.dataset.to === name;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    }
    const url = new URL(location);
    if (name === "text") url.searchParams.delete("pane");
    else url.searchParams.set("pane", name);
    history.replaceState(history.state, "", url);
    if (focus) byId(name).focus({ preventScroll: true });
  }
  const tabs = [...panes.querySelectorAll("[role=tab]")];
  tabs.forEach((tab, at) => {
    tab.tabIndex = tab.getAttribute("aria-selected") === "true" ? 0 : -1;
    tab.addEventListener("click", () => show(tab.dataset.to));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(at + step + tabs.length) % tabs.length];
      show(next.dataset.to);
      next.focus();
      event.preventDefault();
    });
  });

  // ---- marks
  const numbers = [...new Set(
    [...panes.querySelectorAll("#stored [data-mark]")].map((found) => Number(found.dataset.mark)),
  )];
  function within(pane, element) {
    if (!element || !pane) return;
    const box = element.getBoundingClientRect();
    const around = pane.getBoundingClientRect();
    if (getComputedStyle(pane).overflowY === "visible") {
      if (box.top < 60 || box.bottom > innerHeight - 40) {
        scrollBy({ top: box.top - innerHeight / 3 });
      }
    } else if (box.top < around.top + 40 || box.bottom > around.bottom - 60) {
      pane.scrollTop += box.top - around.top - around.height / 3;
    }
  }
  function go(to) {
    if (!numbers.length) return;
    mark = (to + numbers.length) % numbers.length;
    const number = numbers[mark];
    for (const found of panes.querySelectorAll("[data-mark]")) {
      found.classList.toggle("now", Number(found.dataset.mark) === number);
    }
    within(byId("text"), panes.querySelector(`#stored [data-mark="${number}"]`));
    within(byId("picture"), panes.querySelector(`.over [data-mark="${number}"]`));
    const count = byId("mark-count");
    if (count) count.textContent = `mark ${number} of ${panes.dataset.marks}`;
  }
  byId("next-mark")?.addEventListener("click", () => go(mark + 1));
  const linked = panes.querySelector("#stored mark.place");
  if (linked) {
    within(byId("text"), linked);
    within(byId("picture"), panes.querySelector(".over rect.place"));
  } else go(0);

  // ---- the picture
  const picture = byId("page-picture");
  if (picture) {
    const undrawn = async () => {
      sheet.classList.add("undrawn");
      const why = byId("picture-why");
      why.hidden = false;
      why.textContent = "This page cannot be drawn here; its text stands beside it.";
      try {
        const answer = await fetch(picture.currentSrc || picture.src);
        if (!answer.ok) why.textContent += ` The reason: ${await answer.text()}.`;
      } catch {
        why.textContent += " The desk does not answer.";
      }
    };
    if (picture.complete && picture.naturalWidth === 0) undrawn();
    picture.addEventListener("error", undrawn, { once: true });
    byId("reveal").addEventListener("click", () => sheet.classList.add("asked"));
    // drawn ahead, so that the next page is there when it is turned to
    const ahead = document.querySelector("meta[name=ahead]")?.content;
    const width = () => new URL(picture.currentSrc).searchParams.get("width");
    const fetchAhead = () => fetch(`${ahead}?width=${width()}`).catch(() => {});
    if (ahead && picture.complete && picture.naturalWidth) fetchAhead();
    else if (ahead) picture.addEventListener("load", fetchAhead, { once: true });
  }

  // ---- the passage
  const bar = byId("selection");
  const page = stored ? Number(stored.dataset.page) : null;
  const base = stored ? Number(stored.dataset.start) : 0;
  function short(words) {
    const line = words.replace(/\s+/g, " ").trim();
    return [...line].length > 60 ? `${[...line].slice(0, 60).join("")}…` : line;
  }
  function fill(form) {
    if (!form) return;
    form.elements.start.value = passage ? base + passage.start : "";
    form.elements.end.value = passage ? base + passage.end : "";
    const about = form.querySelector("[data-about]");
    about.textContent = passage ? `On “${short(passage.words)}”` : page ? `On page ${page}` : "On this exhibit";
  }
  function write(kind) {
    show("about");
    const form = byId(`${kind}-form`);
    form.closest("details").open = true;
    fill(form);
    const field = byId(`${kind}-text`);
    field.focus();
    field.scrollIntoView({ block: "nearest" });
  }
  if (stored) {
    document.addEventListener("selectionchange", () => {
      const found = selected(stored);
      const active = document.activeElement;
      if (!found && active && active.closest("form, .selection, dialog")) return; // typing about it
      passage = found;
      bar.hidden = !passage;
      if (passage) {
        byId("selection-what").textContent =
          `${passage.end - passage.start} characters, ${base + passage.start} to ${base + passage.end}`;
      }
    });
    byId("selection-note").addEventListener("click", () => write("note"));
    byId("selection-tag").addEventListener("click", () => write("tag"));
    byId("selection-copy").addEventListener("click", () => {
      const url = new URL(location);
      url.search = "";
      url.searchParams.set("start", base + passage.start);
      url.searchParams.set("end", base + passage.end);
      const path = document.querySelector(".strip h1").textContent.trim();
      say(`${passage.words}\n${path}, page ${page}, ${base + passage.start}–${base + passage.end}\n${url}`,
        byId("selection-copy"));
    });
  }
  return {
    picture: () => show("picture", true),
    note: () => write("note"),
    tag: () => write("tag"),
    mark: () => go(mark + 1),
  };
}
