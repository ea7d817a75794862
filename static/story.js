// The story page: cards for highlights, words that light up together, layers remembered, stepping with j and k.

import { keysAreOn } from "./keys.js";

const text = document.getElementById("story-text");
const story = document.getElementById("story");
const panel = story.querySelector(".panel");
const inText = (selector) => story.querySelectorAll(`:is(#story-text, h1) ${selector}`);
const words = (element, name) => (element.dataset[name] ?? "").split(" ").filter(Boolean);

// ---- Cards

// The things it belongs to, as their rows in the panel are named: those that describe it, and the quotes it is part of.
const things = (element) => [
  ...new Set([
    ...(element.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id.startsWith("d-")).map((id) => id.slice("d-".length)),
    ...["q", "cue", "v"].flatMap((part) => words(element, part)).map((number) => `q${number}`),
  ]),
];

const card = document.createElement("div");
card.className = "gloss";
card.hidden = true;
document.getElementById("main").append(card);
let shownFor = null;
let byPointer = false;
let timer = 0;

// A card names so many of an actor's quotes.
const CARD_QUOTES = 6;

function made(tag, words, more = {}) {
  return Object.assign(document.createElement(tag), { textContent: words, ...more });
}

// Who says a quote: its row stands below the name.
const speakerOf = (row) => row.parentElement.previousElementSibling.querySelector(".name, .unresolved").textContent;

// Links to the first quotes of an actor, which stand below its name.
function saidBy(row) {
  const { href } = row.querySelector(".name");
  const name = [...panel.querySelectorAll("#quotes h3 .name")].find((each) => each.href === href);
  const quotes = [...(name?.parentElement.nextElementSibling.children ?? [])];
  const shown = quotes.slice(0, CARD_QUOTES).flatMap((quote) => {
    const { href } = quote.querySelector("a");
    return [" ", made("a", quote.id.slice("row-q".length), { href })];
  });
  return quotes.length > CARD_QUOTES ? [...shown, " …"] : shown;
}

// A card's line about one thing: what its row says of it, the way to that, and for a quote its citation.
function line(name) {
  const row = document.getElementById(`row-${name}`);
  if (!row) return null;
  const isQuote = name.startsWith("q");
  const told = document.getElementById(`d-${name}`).cloneNode(true);
  const roles = told.querySelector(".roles");
  roles?.remove();
  if (isQuote) told.querySelector(".vh")?.remove();
  const shown = document.createElement("p");
  shown.append(made("b", isQuote ? speakerOf(row) : document.getElementById(`n-${name}`).textContent), told.textContent);
  if (name.startsWith("a")) shown.append(...saidBy(row));
  if (roles) shown.append(`; ${roles.textContent}`);
  if (row.dataset.r) shown.append(", rule ", made("i", row.dataset.r));
  shown.append(" ", made("a", "In the panel", { href: `#row-${name}` }));
  if (isQuote) shown.append(" ", citing(name.slice("q".length)));
  return shown;
}

function rule(element) {
  return made("p", `name found by the rule ${element.dataset.r}`, { className: "rule" });
}

function show(element, pointed = false) {
  const rows = things(element).map(line).filter(Boolean);
  if (!rows.length) return;
  card.replaceChildren(...rows, ...(element.dataset.r ? [rule(element)] : []));
  card.hidden = false;
  shownFor = element;
  byPointer = pointed;
  // Where it stood last, it may have been narrow: it is measured with all the room there is.
  card.style.left = "0";
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
  else if (things(element).length) {
    if (card.hidden) light(element);
    later(() => show(element, true));
  }
});
story.addEventListener("pointerout", (event) => {
  if (highlight(event.target) && (byPointer || card.hidden)) later(hide);
});
card.addEventListener("pointerenter", () => clearTimeout(timer));
card.addEventListener("pointerleave", () => byPointer && later(hide));
card.addEventListener("click", (event) => event.target.closest("button, textarea") || hide());
// Focus also moves when a page opens at a quote; a card would then cover what the reader came for.
let tabbed = false;
document.addEventListener("keydown", (event) => { tabbed = event.key === "Tab"; }, true);
document.addEventListener("pointerdown", () => { tabbed = false; }, true);
story.addEventListener("focusin", (event) => {
  const element = highlight(event.target);
  if (element && tabbed) show(element);
});
story.addEventListener("focusout", () => later(() => card.contains(document.activeElement) || hide()));

// A quote's row in the panel lights the quote as well.
const rowOf = (event) => event.target.closest("li[id^=row-q]");
for (const [begins, ends] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  panel?.addEventListener(begins, (event) => {
    const first = rowOf(event) && document.getElementById(rowOf(event).id.slice("row-".length));
    if (first) light(first.matches(".at") ? first.nextElementSibling : first);
  });
  panel?.addEventListener(ends, (event) => rowOf(event) && card.hidden && hide());
}

// ---- Citations

const said = document.createElement("p");
said.className = "vh";
said.setAttribute("role", "status");
story.append(said);

// The words of a quote as they stand in the text, with an ellipsis for what stands between them.
function quoted(number) {
  const first = document.getElementById(`q${number}`);
  const nodes = document.createTreeWalker(first.closest("h1") ?? text, NodeFilter.SHOW_TEXT);
  let whole = "";
  let gap = "";
  while (nodes.nextNode()) {
    const node = nodes.currentNode;
    if (!node.parentElement.closest(`[data-q~="${number}"]`)) {
      gap += node.data;
    } else {
      if (whole) whole += gap.trim() ? " … " : gap;
      whole += node.data;
      gap = "";
    }
  }
  const plain = whole.replace(/\s+/g, " ").trim();
  if (/^[“"‘'«]/.test(plain)) return plain;
  return `“${plain.replaceAll("“", "‘").replaceAll("”", "’").replaceAll('"', "'")}”`;
}

function citation(number) {
  const who = speakerOf(document.getElementById(`row-q${number}`));
  return `${quoted(number)} – ${who}, in ${story.dataset.cite}, ${location.origin}${location.pathname}#q${number}`;
}

function citing(number) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "cite";
  button.textContent = "Copy citation";
  button.setAttribute("aria-label", `Copy citation of quote ${number}`);
  button.addEventListener("click", async () => {
    const words = citation(number);
    try {
      await navigator.clipboard.writeText(words);
      button.textContent = "Copied ✓";
      said.textContent = `Copied: ${words}`;
      setTimeout(() => { button.textContent = "Copy citation"; }, 2500);
    } catch {
      // Where a page may not write to the clipboard, the reader can.
      const field = document.createElement("textarea");
      field.className = "cite";
      field.readOnly = true;
      field.rows = 4;
      field.value = words;
      field.setAttribute("aria-label", "The citation, to copy");
      button.replaceWith(field);
      field.select();
    }
  });
  return button;
}

panel?.querySelectorAll("li[id^=row-q]").forEach((row) => {
  const number = row.id.slice("row-q".length);
  if (document.getElementById(`q${number}`)) row.append(" ", citing(number));
});

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
