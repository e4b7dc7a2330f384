// Keys, theme, calm pictures, copying, the overlay of keys. Everything it does a mouse can do too.
import { startReader } from "./reader.js";

const root = document.documentElement;
const byId = (id) => document.getElementById(id);

function keep(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // then it lasts as long as the page
  }
}

// ---- one of several, kept for the next page
function turning(attribute, choices) {
  const at = () => Math.max(0, choices.findIndex(([value]) => value === (root.dataset[attribute] ?? "")));
  const say = () => {
    for (const shown of document.querySelectorAll(`[data-turn="${attribute}"] [data-now]`)) {
      shown.textContent = choices[at()][1];
    }
  };
  const turn = () => {
    const [next] = choices[(at() + 1) % choices.length];
    if (next) root.dataset[attribute] = next;
    else delete root.dataset[attribute];
    keep(`assay-${attribute}`, next);
    say();
  };
  for (const button of document.querySelectorAll(`[data-turn="${attribute}"]`)) {
    button.addEventListener("click", turn);
  }
  say();
  return turn;
}
turning("theme", [["", "system"], ["light", "light"], ["dark", "dark"]]);
const calm = turning("calm", [["", "shown"], ["grey", "grey"], ["blurred", "blurred"]]);

// ---- copying
async function copy(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "copied";
  } catch {
    button.textContent = "not copied";
  }
  setTimeout(() => { button.textContent = before; }, 1500);
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button.dataset.copy, button);
  if (event.target.closest("[data-help]")) byId("help").showModal();
  const narrow = event.target.closest("#narrow");
  if (narrow) {
    const open = byId("facet-list").classList.toggle("open");
    narrow.setAttribute("aria-expanded", String(open));
  }
});

// ---- a link to a folded section unfolds it
function unfold() {
  const section = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
  if (section && section.tagName === "DETAILS") section.open = true;
}
addEventListener("hashchange", unfold);
unfold();

// ---- keys
const reader = startReader(copy);
const q = byId("q");
const PLACES = { s: "/search", w: "/statements", d: "/draft", a: "/account", c: "/custody" };
let afterG = 0;

function rows() {
  return [...document.querySelectorAll("a.open")];
}
function move(step) {
  if (reader) {
    byId(step > 0 ? "after" : "before")?.click();
    return;
  }
  const all = rows();
  const at = all.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  const row = all[Math.min(Math.max(next, 0), all.length - 1)];
  row?.focus({ preventScroll: true });
  row?.closest("li, tr")?.scrollIntoView({ block: "nearest" });
}
function open() {
  if (reader) reader.picture();
  else if (document.activeElement?.matches("a.open")) document.activeElement.click();
  else rows()[0]?.click();
}
const KEYS = {
  "/": () => { q?.focus(); q?.select(); },
  "?": () => byId("help").showModal(),
  j: () => move(1),
  k: () => move(-1),
  o: open,
  n: () => reader?.note(),
  t: () => reader?.tag(),
  m: () => reader?.mark(),
  b: calm,
  "[": () => byId("page-before")?.click(),
  "]": () => byId("page-after")?.click(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Escape") {
    if (typing) typing.blur();
    else if (reader) byId("back")?.click();
    return;
  }
  if (typing) {
    if (typing === q && event.key === "ArrowDown" && rows().length) {
      rows()[0].focus();
      event.preventDefault();
    }
    return;
  }
  if (afterG && Date.now() - afterG < 1500 && PLACES[event.key]) {
    const link = document.querySelector(`.places a[href^="${PLACES[event.key]}"]`);
    afterG = 0;
    link?.click();
    event.preventDefault();
    return;
  }
  afterG = event.key === "g" ? Date.now() : 0;
  const act = KEYS[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});
