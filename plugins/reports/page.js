/* SPDX-FileCopyrightText: 2026 The rimops.insight authors
   SPDX-License-Identifier: GPL-3.0-or-later */
"use strict";
(() => {
  const one = (name) => document.getElementById(name);
  const textOf = (within, selector) => within.querySelector(selector)?.textContent ?? "";
  const number = new Intl.NumberFormat("en");
  const [form, search, type, source, status] = ["filter", "text", "type", "source", "count"].map(one);
  const kinds = [...form.querySelectorAll("input[type=checkbox]")];
  let words = null; // made when somebody searches for the first time

  const groups = [...document.querySelectorAll(".group")].map((group) => ({
    group,
    count: group.querySelector("h3 .n"),
    chunks: [...group.querySelectorAll(":scope > ul")].map((list) => ({
      list,
      rows: [...list.children].map((row) => ({
        row,
        type: textOf(row, ".t"),
        source: textOf(row, ".s"),
        words: "",
        shown: true,
      })),
    })),
  }));
  const rows = groups.flatMap((group) => group.chunks.flatMap((chunk) => chunk.rows));

  const readWords = () => {
    words = true;
    for (const row of rows) row.words = row.row.textContent.toLowerCase();
  };

  const filter = () => {
    const wanted = search.value.trim().toLowerCase();
    const [ofType, ofSource] = [type.value, source?.value ?? ""];
    const off = new Set(kinds.filter((kind) => !kind.checked).map((kind) => kind.value));
    if (wanted && !words) readWords();
    let all = 0;
    for (const { group, count, chunks } of groups) {
      let inGroup = 0;
      for (const { list, rows } of chunks) {
        let inChunk = 0;
        for (const row of rows) {
          const shown =
            (!ofType || row.type === ofType) &&
            (!ofSource || row.source === ofSource) &&
            (!wanted || row.words.includes(wanted));
          if (shown !== row.shown) row.row.hidden = !(row.shown = shown);
          inChunk += shown;
        }
        list.hidden = !inChunk;
        if (list.className) list.style.containIntrinsicBlockSize = `auto ${inChunk * 2.6}rem`;
        inGroup += inChunk;
      }
      group.hidden = !inGroup || off.has(group.id);
      count.textContent = number.format(inGroup);
      if (!group.hidden) all += inGroup;
    }
    status.textContent = `${number.format(all)} of ${number.format(rows.length)} ${status.dataset.rows} are shown.`;
  };

  const visible = () => [...document.querySelectorAll(".group:not([hidden]) li:not([hidden]) details.row")];
  const fold = (open) => visible().forEach((row) => (row.open = open));

  const copy = async (button) => {
    const text = button.parentElement.querySelector("pre");
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(text);
      button.textContent = "Selected: copy it";
    }
  };

  const unfolded = []; // for the printer
  addEventListener("beforeprint", () => {
    for (const row of document.querySelectorAll("details:not([open])")) {
      if (row.closest("[hidden]")) continue;
      unfolded.push(row);
      row.open = true;
    }
  });
  addEventListener("afterprint", () => unfolded.splice(0).forEach((row) => (row.open = false)));

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  one("unfold").addEventListener("click", () => fold(true));
  one("fold").addEventListener("click", () => fold(false));
  for (const button of document.querySelectorAll(".copy")) button.hidden = false;
  addEventListener("click", (event) => event.target.matches(".copy") && copy(event.target));
  form.hidden = !rows.length;
  (window.requestIdleCallback ?? setTimeout)(readWords);
})();
