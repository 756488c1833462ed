// What pages do better with a script than without one. Every page works without it.

// A form that was sent is not sent again by a second press.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });
}

// Who comes back to the page may send it again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

// What was wrong is told first, also to those who listen.
document.querySelector("[data-takes-focus]")?.focus();

// On a telephone not all ways of an Organization fit: the one that is gone is shown.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// A code is not left standing in the address, nor in what the browser remembers.
if (document.querySelector("[data-plain-address]") && location.search) {
  history.replaceState(null, "", location.pathname);
}

// Where an Organization's address follows from its name, and whether it is free, as they are typed.
const address = document.querySelector("input[data-address]");
if (address) {
  const name = document.querySelector("input[data-names]");
  const told = document.getElementById(address.dataset.address);
  let own = address.value !== "";
  let waits;
  let asked = 0;
  const say = (text, kind) => {
    told.className = `told ${kind}`;
    told.textContent = text;
  };
  const ask = async () => {
    const turn = ++asked;
    const given = own ? { slug: address.value } : { name: name.value };
    if (!Object.values(given)[0].trim()) return say("", "");
    const answer = await fetch(`/join/address?${new URLSearchParams(given)}`).catch(() => undefined);
    if (turn !== asked || !answer?.ok) return;
    const { slug, available, text } = await answer.json();
    if (!own) address.value = slug;
    say(text, available ? "good" : "bad");
  };
  const later = () => {
    clearTimeout(waits);
    waits = setTimeout(ask, 250);
  };
  name.addEventListener("input", () => own || later());
  address.addEventListener("input", () => {
    own = address.value !== "";
    later();
  });
}

// How far something is, until it is done: the page is asked again, and that part of it shown.
const follow = async (part) => {
  const answer = await fetch(location.href).catch(() => undefined);
  const shown = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = shown && shown.getElementById(part.dataset.follows);
  if (!next) return setTimeout(follow, 2000, part);
  // Whoever is about to press a button there does so.
  if (!part.contains(document.activeElement)) {
    part.replaceWith(next);
    part = next;
  }
  if (part.dataset.follows) setTimeout(follow, 2000, part);
};
const followed = document.querySelector("[data-follows]");
if (followed) setTimeout(follow, 2000, followed);

// What customers would see, while the form is filled in: the page is asked as its button asks, and that part of it shown.
for (const form of document.querySelectorAll("form[data-previews]")) {
  let waits;
  let asked = 0;
  const look = async () => {
    const turn = ++asked;
    const body = new URLSearchParams(new FormData(form));
    body.set("act", "look");
    body.set("live", "yes");
    const answer = await fetch(location.href, { method: "POST", body }).catch(() => undefined);
    if (turn !== asked || form.dataset.sent || !answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById(form.dataset.previews);
    if (turn !== asked || !next) return;
    document.getElementById(form.dataset.previews).replaceChildren(...next.childNodes);
  };
  form.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(look, 400);
  });
  form.addEventListener("submit", () => clearTimeout(waits));
}
