// Everything works without this file. It adds four comforts: the error summary takes the focus, totals follow what
// is typed, a long answer says how much room is left, and a form that needs no more than its button goes on by itself.
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

// <input data-sum-into="q1 all"> feeds <span data-sum-of="all">; data-sum-from="£900.00" shows what is left of £900.
function total(place) {
  const key = place.dataset.sumOf;
  let sum = 0n;
  for (const input of document.querySelectorAll("[data-sum-into~='" + key + "']")) {
    const amount = pence(input.value);
    if (amount === null) {
      place.textContent = "not an amount yet";
      return;
    }
    sum += amount;
  }
  const from = place.dataset.sumFrom;
  const shown = from === undefined ? sum : pence(from) - sum;
  place.textContent = pounds(shown);
  place.classList.toggle("negative", shown < 0n);
}

for (const place of document.querySelectorAll("[data-sum-of]")) {
  const inputs = document.querySelectorAll("[data-sum-into~='" + place.dataset.sumOf + "']");
  for (const input of inputs) input.addEventListener("input", () => total(place));
  if (inputs.length) total(place); // a browser that comes back to a page keeps what was typed
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
if (problems) problems.focus();

const onward = document.querySelector("form[data-goes-on]");
if (onward) onward.submit();
