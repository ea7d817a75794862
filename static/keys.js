// Whether single-key shortcuts are on, remembered on this device where it may be.

const NAME = "newsgloss-keys";

export function keysAreOn() {
  try {
    return localStorage.getItem(NAME) !== "off";
  } catch {
    return true;
  }
}

export function remember(on) {
  try {
    localStorage.setItem(NAME, on ? "on" : "off");
  } catch {
    // Storage may be forbidden; the choice then lasts for this page.
  }
}
