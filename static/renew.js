// A page with something under way: its changing part is fetched anew, and the reader stays where they are.

const SECONDS = 2;

async function renew() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("renewed");
    if (!fresh) return;
    const shown = document.getElementById("renewed");
    shown.dataset.pending = fresh.dataset.pending;
    if (shown.innerHTML !== fresh.innerHTML) {
      const focused = [...shown.querySelectorAll("a")].indexOf(document.activeElement);
      const status = shown.querySelector("[role=status]");
      status.textContent = fresh.querySelector("[role=status]").textContent;
      // The same element says what is new, or screen readers stay silent.
      fresh.querySelector("[role=status]").replaceWith(status);
      shown.replaceChildren(...document.adoptNode(fresh).childNodes);
      shown.querySelectorAll("a")[focused]?.focus({ preventScroll: true });
      document.title = page.title;
    }
    if (shown.dataset.pending === "0") return;
  } catch {
    // The server may be away for a moment.
  }
  setTimeout(renew, SECONDS * 1000);
}

setTimeout(renew, SECONDS * 1000);
