"use strict";
// What the page can do beyond being read: it only hides, opens, copies and colours what stands in it already.
(() => {
  const root = document.documentElement;
  const themes = ["auto", "light", "dark"];
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  let theme = themes.includes(stored()) ? stored() : "auto";
  const paint = () => { root.dataset.theme = theme; };
  paint();

  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };

  function themeSwitch() {
    const name = () => `Colours: ${theme}`;
    const made = button(name(), () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      try { localStorage.setItem("theme", theme); } catch { /* a page from a file may not keep anything */ }
      paint();
      made.textContent = name();
    });
    document.querySelector(".bar").append(made);
  }

  function copied(text, source) {
    const kept = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject();
    return kept.catch(() => {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      if (!document.execCommand("copy")) throw new Error("not allowed");
    });
  }

  function copyButtons() {
    for (const line of document.querySelectorAll("[data-copy]")) {
      const label = document.createElement("span");
      label.className = "unseen";
      label.textContent = ` the ${line.dataset.copy} line`;
      const made = button("Copy", () => {
        const told = (text) => { made.firstChild.data = text; setTimeout(() => { made.firstChild.data = "Copy"; }, 1600); };
        copied(line.textContent, line).then(() => told("Copied"), () => told("Select it"));
      });
      made.setAttribute("aria-live", "polite");
      made.append(label);
      line.after(made);
    }
  }

  // data-seen: "<letter of the verdict><number of the version>.<number of the binding> …", the letters by weight.
  const WEIGHT = "fewbnop";
  function worst(seen, version, binding) {
    let found = WEIGHT.length;
    for (const one of seen.split(" ")) {
      const dot = one.indexOf(".");
      if (version && one.slice(1, dot) !== version) continue;
      if (binding && one.slice(dot + 1) !== binding) continue;
      found = Math.min(found, WEIGHT.indexOf(one[0]));
    }
    return WEIGHT[found] || "";
  }

  function filters() {
    const form = document.querySelector(".filters");
    const result = form.querySelector(".result");
    const rows = [...document.querySelectorAll("[data-seen]")];
    const holders = [...document.querySelectorAll("section.article, section.faults")];
    const groups = [...document.querySelectorAll("details.group")];
    const grouped = new Set(groups.map((group) => group.closest("section")));
    const texts = new Map();
    const text = (row) => {
      if (!texts.has(row)) texts.set(row, `${row.dataset.article} ${row.textContent}`.toLowerCase());
      return texts.get(row);
    };
    const chosen = () => Object.fromEntries(new FormData(form));

    function fits(row, want, words) {
      const { level, kind, article, seen } = row.dataset;
      if ((want.level && want.level !== level) || (want.kind && want.kind !== kind)) return false;
      if (want.article && want.article !== article) return false;
      const verdict = worst(seen, want.version, want.binding);
      if (!verdict || (want.verdict && want.verdict !== verdict)) return false;
      return words.every((word) => text(row).includes(word));
    }

    function apply() {
      const want = chosen();
      const words = want.text.toLowerCase().split(/\s+/).filter(Boolean);
      const any = Object.values(want).some(Boolean);
      let faults = 0;
      let requirements = 0;
      for (const row of rows) {
        const shown = !any || fits(row, want, words);
        row.hidden = !shown;
        if (shown) row.localName === "tr" ? requirements++ : faults++;
      }
      for (const holder of holders) holder.hidden = any && !holder.querySelector("[data-seen]:not([hidden])");
      const narrowed = want.level || want.kind || want.article || want.version || want.binding;
      const wanted = !narrowed && (!want.verdict || "bn".includes(want.verdict));
      for (const group of groups) group.hidden = !wanted || !words.every((word) => text(group).includes(word));
      for (const around of grouped) around.hidden = any && !around.querySelector(".group:not([hidden])");
      const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
      result.textContent = any ? `${count(faults, "fault")} and ${count(requirements, "requirement")} shown` : "";
      form.classList.toggle("active", any);
    }

    let waiting = 0;
    const soon = () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); };
    form.addEventListener("input", soon);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(apply));
    form.hidden = false;

    document.querySelector(".heat").addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link) return;
      form.reset();
      form.elements.namedItem("article").value = link.dataset.article;
      form.elements.namedItem("kind").value = link.dataset.kind || "";
      apply();
      if (document.querySelector(".faults [data-seen]:not([hidden])")) {
        event.preventDefault();
        document.querySelector("main").scrollIntoView();
      }
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      event.preventDefault();
      form.elements.namedItem("text").focus();
    });
    return { form, apply };
  }

  function permalinks({ form, apply }) {
    function open() {
      let id;
      try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
      const target = id && document.getElementById(id);
      if (!target) return;
      if (target.closest("[hidden]")) { form.reset(); apply(); }
      for (let around = target; around; around = around.parentElement) {
        if (around.localName === "details") around.open = true;
      }
      target.scrollIntoView({ block: "start" });
      for (const old of document.querySelectorAll(".pointed")) old.classList.remove("pointed");
      target.closest(".entry, tr")?.classList.add("pointed");
    }
    addEventListener("hashchange", open);
    open();
  }

  function printing() {
    const closed = [];
    addEventListener("beforeprint", () => {
      for (const details of document.querySelectorAll("details:not([open])")) { details.open = true; closed.push(details); }
    });
    addEventListener("afterprint", () => { for (const details of closed.splice(0)) details.open = false; });
  }

  addEventListener("DOMContentLoaded", () => {
    themeSwitch();
    copyButtons();
    permalinks(filters());
    printing();
  });
})();
