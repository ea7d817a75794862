// The story page: cards for highlights, words that light up together, layers remembered, stepping with j and k.

import { keysAreOn } from "./keys.js";

const text = document.getElementById("story-text");
const story = document.getElementById("story");
const inText = (selector) => story.querySelectorAll(`:is(#story-text, h1) ${selector}`);
const words = (element, name) => (element.dataset[name] ?? "").split(" ").filter(Boolean);

// ---- Cards

const descriptions = (element) => [
  ...words(element, "a").map((id) => `d-a${id}`),
  ...words(element, "c").map((id) => `d-c${id}`),
  ...[...new Set([...words(element, "q"), ...words(element, "cue"), ...words(element, "v")])].map((id) => `d-q${id}`),
  ...words(element, "s").map((id) => `d-s${id}`),
];

const card = document.createElement("div");
card.className = "gloss";
card.hidden = true;
document.body.append(card);
let shownFor = null;
let byPointer = false;
let timer = 0;

function rule(element) {
  const line = document.createElement("p");
  line.className = "rule";
  line.textContent = `name found by the rule ${element.dataset.r}`;
  return line;
}

function show(element, pointed = false) {
  const rows = descriptions(element).map((id) => document.getElementById(id)).filter(Boolean);
  if (!rows.length) return;
  card.replaceChildren(...rows.map((row) => row.cloneNode(true)), ...(element.dataset.r ? [rule(element)] : []));
  card.querySelectorAll("[id]").forEach((row) => row.removeAttribute("id"));
  card.hidden = false;
  shownFor = element;
  byPointer = pointed;
  const place = element.getClientRects()[0];
  const left = Math.min(place.left, document.documentElement.clientWidth - card.offsetWidth - 8);
  const below = place.bottom + card.offsetHeight + 8 < window.innerHeight;
  const top = below ? place.bottom + 4 : place.top - card.offsetHeight - 4;
  card.style.left = `${Math.max(8, left) + window.scrollX}px`;
  card.style.top = `${Math.max(0, top + window.scrollY)}px`;
  light(element);
}

function hide() {
  clearTimeout(timer);
  card.hidden = true;
  shownFor = null;
  inText(".lit").forEach((element) => element.classList.remove("lit"));
  lightTarget();
}

// A quote's words, its cue and its source light up together.
function light(element) {
  inText(".lit").forEach((each) => each.classList.remove("lit"));
  const quote = words(element, "q").at(-1) ?? words(element, "cue")[0] ?? words(element, "v")[0];
  if (!quote) return;
  inText(`:is([data-q~="${quote}"], [data-cue~="${quote}"], [data-v~="${quote}"])`).forEach((each) => each.classList.add("lit"));
}

const highlight = (target) => (target instanceof Element ? target.closest("#story-text [class], #story h1 [class]") : null);
const later = (action) => {
  clearTimeout(timer);
  timer = setTimeout(action, 250);
};

story.addEventListener("pointerover", (event) => {
  const element = highlight(event.target);
  if (!element || event.pointerType === "touch") return;
  if (element === shownFor) clearTimeout(timer);
  else if (descriptions(element).length) later(() => show(element, true));
});
story.addEventListener("pointerout", (event) => {
  if (highlight(event.target) && (byPointer || card.hidden)) later(hide);
});
card.addEventListener("pointerenter", () => clearTimeout(timer));
card.addEventListener("pointerleave", () => byPointer && later(hide));
card.addEventListener("click", hide);
// Focus also moves when a page opens at a quote; a card would then cover what the reader came for.
let tabbed = false;
document.addEventListener("keydown", (event) => { tabbed = event.key === "Tab"; }, true);
document.addEventListener("pointerdown", () => { tabbed = false; }, true);
story.addEventListener("focusin", (event) => {
  const element = highlight(event.target);
  if (element && tabbed) show(element);
});
story.addEventListener("focusout", () => later(() => card.contains(document.activeElement) || hide()));

// ---- Layers, remembered

const boxes = [...story.querySelectorAll(".layers input")];
const layersOff = () => {
  try {
    return (localStorage.getItem("newsgloss-layers-off") ?? "").split(" ");
  } catch {
    return [];
  }
};
const off = layersOff();
for (const box of boxes) {
  if (off.includes(box.id)) box.checked = false;
  box.addEventListener("change", () => {
    try {
      localStorage.setItem("newsgloss-layers-off", boxes.filter((each) => !each.checked).map((each) => each.id).join(" "));
    } catch {
      // Storage may be forbidden; the choice then lasts for this page.
    }
  });
}

// ---- Stepping through the quotes

const quotes = [...inText("[id^=q]")].filter((element) => /^q\d+$/.test(element.id));
let at = quotes.findIndex((element) => `#${element.id}` === location.hash);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return hide();
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea") || !keysAreOn()) return;
  const step = { j: 1, k: -1 }[event.key];
  if (!step || !quotes.length) return;
  at = Math.min(Math.max(at + step, 0), quotes.length - 1);
  location.hash = quotes[at].id;
  if (quotes[at].matches("a")) quotes[at].focus({ preventScroll: true });
  show(quotes[at]);
});

// A link to a quote lights all of it, not only its first words.
function lightTarget() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target && (text.contains(target) || target.closest("h1"))) light(target.matches(".at") ? target.nextElementSibling : target);
}
window.addEventListener("hashchange", lightTarget);
lightTarget();
