(() => {
  "use strict";
  const all = (from, what) => [...from.querySelectorAll(what)];
  const resets = [];
  const FILE = "file:"; // what follows it is a whole path
  const said = document.getElementById("said");

  // A list that a form filters: each item has its elements, its states, its rule and a text that is read when it is asked for.
  const filtering = (form, items, after) => {
    const search = form.querySelector("input[type=search]");
    const ticks = all(form, "input[type=checkbox]");
    const select = form.querySelector("select");
    const shown = form.querySelector("output");
    const nothing = form.parentElement.querySelector(".nothing");
    const apply = () => {
      const query = search.value.trim().toLowerCase();
      const file = query.startsWith(FILE) ? query.slice(FILE.length) : "";
      const words = file ? [] : query.split(/\s+/).filter(Boolean);
      const states = new Set(ticks.filter((one) => one.checked).map((one) => one.value));
      let count = 0;
      for (const one of items) {
        if (words.length && one.text === undefined) one.text = one.read().toLowerCase();
        const fits = one.states.some((state) => states.has(state)) && (!select || !select.value || one.rule === select.value)
          && words.every((word) => one.text.includes(word)) && (!file || one.place() === file || one.place().startsWith(`${file}:`));
        one.elements.forEach((element) => { element.hidden = !fits; });
        one.fits = fits;
        count += fits;
      }
      after();
      shown.textContent = `${count} of ${items.length} shown`;
      nothing.hidden = count > 0;
    };
    const reset = (query = "") => {
      search.value = query;
      if (select) select.value = "";
      ticks.forEach((one) => { one.checked = true; });
      apply();
    };
    if (select) {
      const counts = new Map();
      items.forEach((one) => counts.set(one.rule, (counts.get(one.rule) || 0) + 1));
      [...counts].sort().forEach(([name, count]) => select.append(new Option(`${name} (${count})`, name)));
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", apply);
    form.hidden = false;
    resets.push([form.parentElement, reset]);
    apply();
    return { reset, search };
  };

  const matrix = document.getElementById("clauses");
  const rows = new Map();
  all(document, "tr[data-k]").forEach((row) => {
    if (row.id) rows.set(row.dataset.k, { elements: [], states: row.dataset.s.split(" ") });
    rows.get(row.dataset.k).elements.push(row);
  });
  const bodies = all(matrix.parentElement, "tbody");
  const clauses = [...rows.values()];
  clauses.forEach((one) => {
    one.place = () => "";
    one.read = () => one.elements.map((row) => row.textContent).join(" ") + one.elements[0].parentElement.rows[0].textContent;
  });
  filtering(matrix, clauses, () => bodies.forEach((body) => {
    body.hidden = ![...body.rows].some((row) => row.dataset.k && !row.hidden);
  }));

  const form = document.getElementById("filter");
  let findings = null;
  if (form) {
    const groups = all(document, "section.found").map((section) => {
      const head = all(section, ":scope > h3, :scope > .by").map((one) => one.textContent).join(" ");
      const items = all(section, "article").map((article) => ({
        elements: [article], place: () => (article.querySelector(".place")?.textContent || "").toLowerCase(), states: [section.dataset.s], rule: section.dataset.r,
        read: () => `${head} ${article.textContent} ${article.dataset.p}`,
      }));
      return { section, items };
    });
    findings = filtering(form, groups.flatMap((one) => one.items), () => groups.forEach((one) => {
      one.section.hidden = !one.items.some((item) => item.fits);
    }));
    all(document, ".jump").forEach((one) => {
      one.hidden = false;
      one.addEventListener("click", () => {
        findings.reset(FILE + one.dataset.q);
        form.parentElement.scrollIntoView();
        findings.search.focus({ preventScroll: true });
      });
    });
  }

  // A table stays one for those who listen, whatever the style makes of its boxes on a small screen.
  const HEADS = { col: "columnheader", colgroup: "columnheader", row: "rowheader", rowgroup: "rowheader" };
  const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  all(document, "table, thead, tbody, tr, th, td").forEach((one) => one.setAttribute("role", HEADS[one.scope] || ROLES[one.tagName]));

  // A link to what a filter hides, or what is folded, shows it.
  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.hidden || target.closest("[hidden]")) resets.forEach(([part, reset]) => { if (part.contains(target)) reset(); });
    for (let one = target.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
  // The address is the same when a link is followed again, and nothing changes then.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) open();
  });

  const copied = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "unseen";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };
  document.addEventListener("click", async (event) => {
    const place = event.target.closest(".place");
    if (!place) return;
    const text = place.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copied(text);
      place.focus({ preventScroll: true });
    }
    place.classList.add("done");
    setTimeout(() => place.classList.remove("done"), 1200);
    said.textContent = "";
    said.textContent = `copied ${text}`;
  });
})();
