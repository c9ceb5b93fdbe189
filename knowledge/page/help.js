/* Search as one types. Without it the form does the same, a page at a time. */
const form = document.querySelector(".search");
const field = form.elements.q;
const found = document.getElementById("found");
const all = document.getElementById("all");
const TYPED = 200;
const SETTLED = 1500;
let latest = 0;
let soon = 0;
let later = 0;

async function look(settled) {
  const question = field.value.trim();
  const mine = ++latest;
  const query = new URLSearchParams({ lang: form.elements.lang.value, q: question, part: "1" });
  if (settled) query.set("settled", "1");
  const response = await fetch(`${form.getAttribute("action")}?${query}`).catch(() => null);
  if (mine !== latest || !response?.ok) return;
  found.innerHTML = await response.text();
  all.hidden = found.querySelector(".hits") !== null;
}

field.addEventListener("input", () => {
  clearTimeout(soon);
  clearTimeout(later);
  if (!found || !all) return;
  if (!field.value.trim()) {
    latest++;
    found.replaceChildren();
    all.hidden = false;
    return;
  }
  soon = setTimeout(() => look(false), TYPED);
  later = setTimeout(() => !found.querySelector(".hits") && look(true), SETTLED);
});
