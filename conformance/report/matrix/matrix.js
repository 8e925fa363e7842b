"use strict";
// What the page can do beyond being read: it only hides rows that stand in it already.
addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector(".filters");
  const result = form.querySelector(".result");
  const bodies = [...document.querySelectorAll(".matrix tbody")].map((body) => ({
    body,
    article: body.dataset.article,
    rows: [...body.querySelectorAll("tr.row")].map((row) => ({
      row,
      text: `${row.id} ${row.querySelector("th").title}`.toLowerCase(),
      verdicts: new Set([...row.querySelectorAll(".verdict")].map((one) => one.textContent)),
    })),
  }));

  function apply() {
    const want = Object.fromEntries(new FormData(form));
    const words = want.text.toLowerCase().split(/\s+/).filter(Boolean);
    const any = Object.values(want).some(Boolean);
    let count = 0;
    for (const { body, article, rows } of bodies) {
      let shown = 0;
      for (const { row, text, verdicts } of rows) {
        const fits = (!want.rows || row.classList.contains(want.rows))
          && (!want.level || row.dataset.level === want.level)
          && (!want.verdict || verdicts.has(want.verdict))
          && (!want.article || article === want.article)
          && words.every((word) => text.includes(word));
        row.hidden = !fits;
        shown += fits;
      }
      body.hidden = !shown;
      count += shown;
    }
    result.textContent = any ? `${count} requirement${count === 1 ? "" : "s"} shown` : "";
  }

  let waiting = 0;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  form.hidden = false;
});
