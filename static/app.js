// What every page has: single-key shortcuts, which can be switched off on the help page.

import { keysAreOn, remember } from "./keys.js";

document.documentElement.classList.add("js");

const isTyping = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !keysAreOn()) return;
  if (event.key === "/") {
    event.preventDefault();
    const field = document.querySelector("[data-search]") ?? document.getElementById("site-q");
    field.focus();
    field.select();
  } else if (event.key === "?") {
    // From where this file is: a proxy may show the archive under a path.
    location.assign(new URL("../../help#keys", import.meta.url));
  }
});

const box = document.getElementById("keys-on");
if (box) {
  box.checked = keysAreOn();
  box.addEventListener("change", () => remember(box.checked));
}
