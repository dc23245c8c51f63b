// Everything works without this file. It adds five comforts: the error summary takes the focus, totals and what follows
// from them keep up with what is typed, a long answer says how much room is left, a form that needs no more than its
// button goes on by itself, and what a page works out of a form keeps up with the form.
"use strict";

// Whole pence as BigInt, or null where the text is no amount. Reads what the server reads, and refuses what it refuses:
// £1,234.50, 1234.5, (250.00), -250. An empty box counts as nothing here; the server asks for a zero.
function pence(text) {
  let bare = text.trim().replace(/[−–]/, "-");
  if (bare === "") return 0n;
  let negative = false;
  const bracketed = /^\((.*)\)$/.exec(bare);
  if (bracketed || bare.startsWith("-")) {
    negative = true;
    bare = bracketed ? bracketed[1] : bare.slice(1);
  }
  bare = bare.trim().replace(/^£/, "").trim();
  if (bare.startsWith("-") && !negative) {
    negative = true;
    bare = bare.slice(1).trim();
  }
  const parts = /^(\d{1,3}(?:,\d{3})+|\d*)(?:\.(\d{1,2}))?$/.exec(bare);
  if (!parts || bare === "") return null;
  const amount = BigInt(parts[1].replaceAll(",", "") + (parts[2] || "").padEnd(2, "0"));
  if (amount > 1000000000000n) return null;
  return negative ? -amount : amount;
}

function pounds(amount) {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return (amount < 0n ? "−£" : "£") + whole + "." + digits.slice(-2);
}

// What is no money: 25, and 62.50 where it is not whole.
function plain(amount) {
  return pounds(amount).replace("£", "").replace(/\.00$/, "");
}

// <input data-sum-into="q1 all"> feeds whatever follows one of its sums. An amount: <span data-sum-of="all">, of £900.00
// what is left (data-sum-from="£900.00"), or what is more than it (data-sum-less="£900.00"). What is no money is
// data-sum-plain.
function total(place) {
  const sum = sumOf(place.dataset.sumOf);
  const { sumFrom: from, sumLess: less } = place.dataset;
  const shown = sum === null ? null : from !== undefined ? pence(from) - sum : less !== undefined ? sum - pence(less) : sum;
  const unit = "sumPlain" in place.dataset ? plain : pounds;
  place.textContent = shown === null ? "not an amount yet" : unit(shown);
  place.classList.toggle("negative", shown !== null && shown < 0n);
}

function sumOf(key) {
  let sum = 0n;
  for (const input of inputsOf(key)) {
    const amount = pence(input.value);
    if (amount === null) return null;
    sum += amount;
  }
  return sum;
}

function inputsOf(key) {
  return document.querySelectorAll("[data-sum-into~='" + key + "']");
}

// <span data-share-of="q1" data-share-from="£900.00">: by how many per cent the sum is more than £900.00, a half to the even
function share(place) {
  const sum = sumOf(place.dataset.shareOf);
  const whole = pence(place.dataset.shareFrom);
  if (sum === null || whole <= 0n) {
    place.textContent = sum === null ? "–" : "no profile";
    return;
  }
  const size = sum < whole ? whole - sum : sum - whole;
  let tenths = (size * 1000n) / whole;
  const rest = ((size * 1000n) % whole) * 2n;
  if (rest > whole || (rest === whole && tenths % 2n === 1n)) tenths += 1n;
  place.textContent = (sum < whole && tenths ? "−" : "") + (tenths / 10n).toLocaleString("en-GB") + "." + (tenths % 10n) + "%";
  place.classList.toggle("negative", sum < whole && tenths > 0n);
}

// <p data-when="left" data-when-of="q1" data-when-from="£900.00"> is shown when the sum is below £900.00, "over" when it
// is above, and "unexplained" when something is typed that is off by more than data-when-percent of it and more than
// data-when-floor.
function when(place) {
  const { when: which, whenOf: of, whenFrom: from, whenPercent: percent, whenFloor: floor } = place.dataset;
  const sum = sumOf(of);
  const off = sum === null ? 0n : sum - pence(from);
  const size = off < 0n ? -off : off;
  const is = {
    left: () => off < 0n,
    over: () => off > 0n,
    unexplained: () => [...inputsOf(of)].some((input) => input.value.trim()) && size > pence(floor) && Number(size) * 100 > Math.abs(Number(pence(from))) * Number(percent),
  };
  place.hidden = !is[which]();
}

for (const [name, key, show] of [["sum-of", "sumOf", total], ["share-of", "shareOf", share], ["when-of", "whenOf", when]]) {
  for (const place of document.querySelectorAll("[data-" + name + "]")) {
    const inputs = inputsOf(place.dataset[key]);
    for (const input of inputs) input.addEventListener("input", () => show(place));
    if (inputs.length) show(place); // a browser that comes back to a page keeps what was typed
  }
}

for (const place of document.querySelectorAll("[data-count-of]")) {
  const box = document.getElementById(place.dataset.countOf);
  const most = Number(place.dataset.most);
  const show = () => {
    // a line break is sent as two characters
    const left = most - box.value.replace(/\r?\n/g, "\r\n").length;
    const many = Math.abs(left).toLocaleString("en-GB") + (Math.abs(left) === 1 ? " character " : " characters ");
    place.textContent = "You have " + many + (left < 0 ? "too many" : "remaining");
    place.classList.toggle("over", left < 0);
  };
  box.addEventListener("input", show);
  show();
}

const problems = document.querySelector(".problems");
if (problems && !document.querySelector("[autofocus]")) problems.focus();

// Who came to a part of a page by a link (past the menu, to a wrong box) would be taken there again by the page that
// answers their form, away from its error summary: a form goes to its page, not to a part of it.
document.addEventListener("submit", ({ target }) => {
  if (!target.hasAttribute("action")) target.setAttribute("action", location.href.split("#")[0]);
});

const onward = document.querySelector("form[data-goes-on]");
if (onward) onward.submit();

// <form data-follow="/address" data-shows="figures strip">: a while after something is ticked or typed, the page at the
// address is asked what it makes of the form, and its parts of these ids take the place of those that are shown.
for (const form of document.querySelectorAll("form[data-follow]")) {
  let waiting, asked = 0;
  const follow = async () => {
    const turn = ++asked;
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("csrf_token");
    try {
      const answer = await fetch(form.dataset.follow + "?" + fields);
      if (!answer.ok || answer.redirected || turn !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn !== asked) return;
      for (const id of form.dataset.shows.split(" ")) {
        const [place, fresh] = [document.getElementById(id), page.getElementById(id)];
        if (place && fresh) place.replaceChildren(...fresh.childNodes);
      }
    } catch {
      // without an answer the page stays as it was; its button asks again
    }
  };
  form.addEventListener("input", ({ target }) => {
    const tick = target.closest("tr")?.querySelector("input[type=checkbox]"); // who types an amount means it
    if (tick && target !== tick && target.value.trim()) tick.checked = true;
    clearTimeout(waiting);
    waiting = setTimeout(follow, 250);
  });
}
