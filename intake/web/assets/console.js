// Keys, heights and zones: what pages do beyond htmx. Every page works without it, only less handy.
"use strict";

// an editor's own tree shows its host as the target of its events
const typing = (event) => event.composedPath()[0].matches?.("input, textarea, select, [contenteditable]");

function move(step) {
  const links = [...document.querySelectorAll("table.cases .what > a")];
  if (!links.length) return;
  const now = links.indexOf(document.activeElement);
  links[Math.min(Math.max(now + step, 0), links.length - 1)].focus();
}

function write(kind) {
  const choice = document.getElementById(`as-${kind}`);
  if (!choice) return;
  choice.checked = true;
  document.getElementById("words").focus();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.getElementById("search")?.focus(),
  n: () => write("note"),
  r: () => write("reply"),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "words") {
    event.target.form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
  const act = KEYS[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// a frame without scripts of its own is as high as what stands in it
function fit(frame) {
  const inside = frame.contentDocument?.documentElement;
  if (inside) frame.height = Math.min(inside.scrollHeight + 8, 4000);
}

document.addEventListener("load", (event) => {
  if (event.target.matches?.("iframe")) fit(event.target);
}, true);

for (const button of document.querySelectorAll("[data-images]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.closest("details").querySelector("iframe").src += "?images=1";
    button.remove();
  });
}

// a variable goes to where one types
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const source = document.getElementById("source");
  if (!button || !source || source.readOnly || source.hidden) return;
  source.setRangeText(button.dataset.insert, source.selectionStart, source.selectionEnd, "end");
  source.focus();
  source.dispatchEvent(new Event("input", { bubbles: true }));
});

// one text is sent once, however often somebody clicks
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

const zone = document.querySelector("[data-zone]");
if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
