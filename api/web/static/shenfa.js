// Progressive enhancement: every page works without this file.
"use strict";

// A mark and the entry of its hit in the list light up together.
for (const kind of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  kind.forEach((event, off) => document.addEventListener(event, (e) => {
    const at = e.target.closest?.("mark[data-hits], [data-hit]");
    if (!at) return;
    const ids = (at.dataset.hits ?? at.dataset.hit).trim().split(/\s+/);
    for (const other of document.querySelectorAll("mark[data-hits], [data-hit]")) {
      const of = (other.dataset.hits ?? other.dataset.hit).trim().split(/\s+/);
      if (of.some((id) => ids.includes(id))) other.classList.toggle("lit", !off);
    }
  }));
}

// The decision form asks for a comment and a tier exactly where the decision needs them.
for (const form of document.querySelectorAll("form[data-decide]")) {
  const comment = form.elements.comment, tier = form.elements.tier;
  const hint = form.querySelector(".comment-hint");
  const follow = () => {
    const chosen = form.querySelector("input[name=action]:checked");
    if (!chosen) return;
    comment.required = "comment" in chosen.dataset;
    hint.textContent = comment.required ? "必填" : "可不填";
    if (tier) tier.required = "tier" in chosen.dataset;
  };
  form.addEventListener("change", follow);
  follow();
}

// An exemption needs its basis.
for (const form of document.querySelectorAll(".dispose form")) {
  const follow = () => {
    const kind = form.querySelector("input[name=kind]:checked, input[name=kind][type=hidden]")?.value;
    form.elements.reason.required = kind === "false_positive";
    for (const name of ["basis_kind", "document", "fields"]) {
      if (form.elements[name]) form.elements[name].required = kind === "exempt";
    }
  };
  form.addEventListener("change", follow);
  follow();
}

// An opinion that is no plain consent says why; some reasons name a document.
for (const [forms, chosen, flag, field] of [
  ["form[data-answer]", "input[name=state]:checked", "opinion", "opinion"],
  ["form[data-reason]", "input[name=reason]:checked", "document", "document"],
]) {
  for (const form of document.querySelectorAll(forms)) {
    const follow = () => {
      const data = form.querySelector(chosen)?.dataset ?? {};
      form.elements[field].required = flag in data;
      if (data.document) form.elements[field].placeholder = data.document;
    };
    form.addEventListener("change", follow);
    follow();
  }
}

// The list of hits stays in view beside a longer text: by its top if it fits
// the window, else by its end.
const hits = document.querySelector(".hits");
if (hits) {
  const place = () => hits.style.setProperty("--hits-top", `${Math.min(12, innerHeight - hits.offsetHeight - 12)}px`);
  new ResizeObserver(place).observe(hits);
  window.addEventListener("resize", place);
}

// The way to the decision is shown until one is there.
const decide = document.querySelector(".decide"), jump = document.querySelector(".jump");
if (decide && jump) {
  new IntersectionObserver(([at]) => {
    jump.classList.toggle("there", at.isIntersecting || at.boundingClientRect.top < 0);
  }).observe(decide);
}

// A form is sent once, and what was typed is not left behind by accident.
for (const form of document.querySelectorAll("form[method=post]")) {
  let changed = false, sent = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", (e) => {
    if (sent) { e.preventDefault(); return; }
    sent = true;
    setTimeout(() => form.querySelectorAll("button").forEach((b) => { b.disabled = true; }));
  });
  window.addEventListener("pageshow", (e) => {
    if (!e.persisted) return;
    sent = false;
    form.querySelectorAll("button").forEach((b) => { b.disabled = false; });
  });
  if ("guard" in form.dataset) {
    window.addEventListener("beforeunload", (e) => { if (changed && !sent) e.preventDefault(); });
  }
}

// The length of a body, in characters as the limits count them.
for (const area of document.querySelectorAll("textarea[data-count]")) {
  const out = document.createElement("span");
  out.className = "hint";
  const count = () => { out.textContent = `${[...area.value].length} 字`; };
  area.after(out);
  area.addEventListener("input", count);
  count();
}
