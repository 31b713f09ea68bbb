// Search, filters and sorting for long tables, and a keyboard stop only where a table scrolls.
// It adds controls to a page that is whole without it. Its words are in its own data attributes,
// so that one hash allows it in both languages. Cells are untrusted: text here, never HTML.
(() => {
  "use strict";
  const LONG = 20; // rows
  const MANY = 200; // different values: no list to choose from
  const words = document.currentScript.dataset;
  const language = document.documentElement.lang;
  const { compare } = new Intl.Collator(language, { numeric: true });
  const digits = new Intl.NumberFormat(language);

  const element = (tag, attributes, ...children) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...children);
    return made;
  };
  const isEmpty = (cell) => cell.dataset.sort === "" || !cell.textContent.trim();
  const shown = (cell) => (isEmpty(cell) ? words.empty : cell.textContent.trim());
  const plain = (text) => text.replaceAll("\u2011", "-").normalize("NFD").replace(/\p{M}/gu, "");
  const folded = (text) => plain(text).toLocaleLowerCase(language);

  // Rows of one group stay together: each <tbody> is sorted by itself, below its own headings.
  const read = (table, columns) =>
    [...table.tBodies].map((body) => ({
      body,
      heads: [...body.rows].filter((row) => row.cells.length < columns),
      rows: [...body.rows].filter((row) => row.cells.length >= columns),
    }));

  const sortable = (header, headers, groups) => {
    const at = header.cellIndex;
    const number = header.classList.contains("number");
    const key = (row) => row.cells[at].dataset.sort ?? row.cells[at].textContent.trim();
    const ascending = (one, other) =>
      (number && key(one) - key(other)) || compare(key(one), key(other));
    const next = { ascending: "descending", descending: "" };
    const button = element("button", { type: "button", className: "sort" }, ...header.childNodes);
    button.addEventListener("click", () => {
      const order = next[header.getAttribute("aria-sort")] ?? "ascending";
      headers.forEach((one) => one.removeAttribute("aria-sort"));
      if (order) header.setAttribute("aria-sort", order);
      for (const { body, heads, rows } of groups) {
        const empty = rows.filter((row) => isEmpty(row.cells[at])); // last, both ways
        const known = rows.filter((row) => !isEmpty(row.cells[at])).sort(ascending);
        if (order === "descending") known.reverse();
        [...heads, ...(order ? [...known, ...empty] : rows)].forEach((row) => body.append(row));
      }
    });
    header.append(button);
  };

  const choice = (title, rows, value) => {
    const each = (row) => (value(row) ?? "").split("; "); // a letter may be about several sectors
    const values = new Set(rows.flatMap(each).filter(Boolean));
    if (values.size < 2 || values.size > MANY) return null;
    const options = [...values].sort(compare).map((text) => new Option(text, text));
    const select = element("select", {}, new Option(words.all, ""), ...options);
    return { each, select, label: element("label", {}, `${title} `, select) };
  };

  const addTools = (region, table) => {
    const headers = [...table.tHead.rows[0].cells];
    const groups = read(table, headers.length);
    const rows = groups.flatMap((group) => group.rows);
    if (rows.length <= LONG) return;
    const texts = new Map(
      rows.map((row) => [row, folded([...row.cells].filter((one) => !isEmpty(one)).map(shown).join(" "))]),
    );
    const filters = [
      choice(words.group, rows, (row) => row.parentNode.querySelector("h3")?.textContent),
      choice(words.sector, rows, (row) => row.dataset.sector),
      ...headers
        .filter((header) => "filter" in header.dataset)
        .map((header) => choice(header.textContent.trim(), rows, (row) => shown(row.cells[header.cellIndex]))),
    ].filter(Boolean);
    const search = element("input", { type: "search", autocomplete: "off", spellcheck: false });
    const count = element("output", {});
    const update = () => {
      const wanted = folded(search.value).split(/\s+/);
      const fits = (row) =>
        wanted.every((word) => texts.get(row).includes(word)) &&
        filters.every(({ each, select }) => !select.value || each(row).includes(select.value));
      for (const group of groups) {
        group.rows.forEach((row) => (row.hidden = !fits(row)));
        const none = group.rows.every((row) => row.hidden);
        group.heads.forEach((row) => (row.hidden = none));
      }
      const left = rows.filter((row) => !row.hidden).length;
      count.value = words.count
        .replace("{shown}", digits.format(left))
        .replace("{all}", digits.format(rows.length));
    };
    search.addEventListener("input", update);
    filters.forEach(({ select }) => select.addEventListener("change", update));
    const label = element("label", {}, `${words.search} `, search);
    const tools = element("div", { className: "tools" }, label, ...filters.map((one) => one.label), count);
    tools.setAttribute("role", "group");
    tools.setAttribute("aria-label", `${words.search}: ${region.getAttribute("aria-label")}`);
    region.before(tools);
    region.classList.add("long");
    headers.forEach((header) => sortable(header, headers, groups));
    update();
  };

  // A table that fits does not scroll by itself: no keyboard stop, and its head sticks to the window.
  const settle = (region) => {
    const fits = region.scrollWidth <= region.clientWidth;
    region.classList.toggle("fits", fits);
    if (fits && region.scrollHeight <= region.clientHeight) region.removeAttribute("tabindex");
    else region.tabIndex = 0;
  };
  const watcher = new ResizeObserver((seen) => seen.forEach(({ target }) => settle(target)));

  for (const region of document.querySelectorAll(".scroll")) {
    const table = region.querySelector("table");
    if (table?.tHead) addTools(region, table);
    settle(region);
    watcher.observe(region);
  }

  // On a phone these are blocks, which some browsers then take for no table.
  const roles = { TABLE: "table", TR: "row", TD: "cell", THEAD: "rowgroup", TBODY: "rowgroup" };
  for (const table of document.querySelectorAll(".stacked"))
    for (const one of [table, ...table.querySelectorAll("thead, tbody, tr, th, td")])
      one.setAttribute("role", roles[one.tagName] ?? (one.scope === "row" ? "rowheader" : "columnheader"));
})();
