// The page that adds stories: how far an upload is.

const form = document.querySelector("form[data-progress]");
const progress = document.getElementById(form.dataset.progress);
const bar = progress.querySelector("progress");
const said = progress.querySelector("[role=status]");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  const sending = new XMLHttpRequest();
  const again = () => {
    button.disabled = false;
    said.textContent = "The upload broke off. Try again.";
  };
  sending.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = total ? loaded / total : 0;
    said.textContent = loaded < total ? `${Math.round(bar.value * 100)} %` : "Reading what was sent …";
  });
  sending.addEventListener("error", again);
  sending.addEventListener("load", () => {
    if (sending.status === 200) return location.assign(sending.responseURL);
    // What was wrong, as the page would have said it.
    const answer = new DOMParser().parseFromString(sending.responseText, "text/html");
    document.getElementById("main").replaceWith(document.adoptNode(answer.getElementById("main")));
    document.querySelector("#main h1, #main [role=alert]").scrollIntoView();
  });
  sending.open("POST", form.action);
  sending.send(new FormData(form));
  button.disabled = true;
  progress.hidden = false;
});
