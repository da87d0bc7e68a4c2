/* The desk in the browser: addresses without reloading, doors in pictures, theme, language,
   pictures to take along, columns that are kept, and fields that are shown for a reason. */
(function () {
  "use strict";

  const ROOT = "/tinjau/";
  const COLUMNS_KEY = "review-columns";
  const LOOK_MS = 5000;
  const A_YEAR = 31536000;
  const REVEAL_ASKED = "review-reveal-request";
  const GRID = "review-queue-grid";

  /* -- addresses ------------------------------------------------------------------------------ */

  let moved = false;
  let asked = "";
  let drawn = "day";

  function go(href) {
    if (href === location.pathname + location.search) return;
    moved = true;
    history.pushState({}, "", href);
    dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    scrollTo(0, 0);
  }

  function isOurs(link) {
    return (
      link.origin === location.origin &&
      link.pathname.startsWith(ROOT) &&
      !link.dataset.plain &&
      !link.target &&
      !link.hasAttribute("download")
    );
  }

  document.addEventListener("click", function (event) {
    const link = event.target.closest("a[href]");
    const plain = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || plain || event.defaultPrevented) return;
    if (link.getAttribute("href").startsWith("#")) {
      const target = document.querySelector(link.getAttribute("href"));
      if (target) {
        event.preventDefault();
        target.querySelector("h1").focus();
      }
    } else if (isOurs(link)) {
      event.preventDefault();
      go(link.pathname + link.search);
    }
  });

  document.addEventListener("submit", function (event) {
    const form = event.target;
    event.preventDefault();
    if (form.closest("dialog")) return reveal(form);
    const query = new URLSearchParams();
    for (const pair of new FormData(form)) if (pair[1] !== "") query.append(pair[0], pair[1]);
    const text = query.toString();
    go(form.getAttribute("action") + (text ? "?" + text : ""));
  });

  addEventListener("popstate", function () {
    moved = true;
  });

  function theme() {
    const chosen = document.documentElement.dataset.theme;
    if (chosen) return chosen;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "day";
  }

  function keep(name, value) {
    document.cookie = name + "=" + value + ";path=/;max-age=" + A_YEAR + ";samesite=lax";
  }

  /* -- menus and buttons ---------------------------------------------------------------------- */

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu[open], details.filter-form[open]")) {
      if (menu !== except && !menu.contains(except)) menu.open = false;
    }
  }

  document.addEventListener("click", function (event) {
    closeMenus(event.target);
    const button = event.target.closest("button");
    if (!button) return;
    const data = button.dataset;
    if (data.png) takePicture(data.png);
    else if (data.themeTo) changeTheme(data.themeTo);
    else if (data.languageTo) changeLanguage(data.languageTo);
    else if (data.reveal) askReason(data.reveal, button);
    else if (data.close) button.closest("dialog").close();
    else if (data.print) print();
  });

  /* what is ticked is told where the boxes are folded up */
  document.addEventListener("change", function (event) {
    const choice = event.target.closest(".choice");
    if (!choice) return;
    const ticked = Array.from(choice.querySelectorAll("input:checked"), (box) => box.parentElement.textContent);
    const summary = choice.querySelector("summary");
    summary.querySelector(".picked").textContent = ticked.join(", ") || summary.dataset.every;
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    const menu = document.activeElement.closest("details.menu[open], details.filter-form[open]");
    closeMenus(null);
    if (menu) menu.querySelector("summary").focus();
  });

  function changeTheme(name) {
    keep("tema", name);
    document.documentElement.dataset.theme = name;
    dash_clientside.set_props("review-theme-store", { data: name });
  }

  function changeLanguage(name) {
    keep("bahasa", name);
    location.reload();
  }

  /* -- pictures ------------------------------------------------------------------------------- */

  function takePicture(name) {
    const picture = document.querySelector('[data-figure="' + name + '"] .js-plotly-plot');
    if (picture) takeFigure(picture, name);
    else takeTable(document.getElementById("review-" + name + "-card"), name);
  }

  const ground = () => getComputedStyle(document.documentElement).getPropertyValue("--ground").trim();

  /* as of when, of which reports; who took it, and when */
  function provenance() {
    const when = { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Jakarta" };
    const language = document.documentElement.lang === "en" ? "en-GB" : "id-ID";
    const who = document.querySelector(".account summary");
    return [
      document.querySelector(".state").innerText.replace(/\s*\n\s*/g, " · "),
      who ? who.textContent : "",
      new Date().toLocaleString(language, when) + " WIB",
    ].filter(Boolean).join(" · ");
  }

  function takeFigure(picture, name) {
    const size = picture.getBoundingClientRect();
    const layout = Object.assign({}, picture.layout, { paper_bgcolor: ground() });
    const title = picture.closest(".card").querySelector("h2").textContent;
    layout.margin = Object.assign({}, layout.margin, { t: (layout.margin.t || 0) + 34, b: (layout.margin.b || 8) + 28 });
    const words = { xref: "paper", yref: "paper", showarrow: false, xanchor: "left", x: 0 };
    const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
    layout.annotations = (layout.annotations || []).concat([
      Object.assign({ y: 1, yanchor: "bottom", yshift: 12, text: "<b>" + escaped(title) + "</b>" }, words),
      Object.assign({ y: 0, yanchor: "top", yshift: -30, text: escaped(provenance()) }, words),
    ]);
    Plotly.downloadImage(
      { data: picture.data, layout: layout },
      { format: "png", width: size.width, height: size.height + 62, scale: 2, filename: name }
    );
  }

  /* a table is painted as it stands on the page: its grounds, lines and words, one by one */

  const EDGE_PX = 16;
  const NOT_TAKEN = ".tools, .unseen, .as-table, .more, .columns, .print-only";

  function takeTable(card, name) {
    const box = card.getBoundingClientRect();
    const tables = Array.from(card.querySelectorAll("table"), (table) => table.getBoundingClientRect().right);
    const right = Math.max(box.right, ...tables);
    const canvas = document.createElement("canvas");
    canvas.width = 2 * (right - box.left + 2 * EDGE_PX);
    canvas.height = 2 * (box.height + 4 * EDGE_PX);
    const pen = canvas.getContext("2d");
    pen.scale(2, 2);
    pen.fillStyle = ground();
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.translate(EDGE_PX - box.left, EDGE_PX - box.top);
    pen.textBaseline = "middle";
    paint(pen, card);
    pen.font = "12px Inter, sans-serif";
    pen.fillStyle = getComputedStyle(document.querySelector(".state")).color;
    pen.fillText(provenance(), box.left, box.bottom + 1.5 * EDGE_PX);
    canvas.toBlob(function (content) {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(content);
      link.download = name + ".png";
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }

  function paint(pen, node) {
    if (node.nodeType === Node.TEXT_NODE) return paintWords(pen, node);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(NOT_TAKEN)) return;
    const style = getComputedStyle(node);
    const box = node.getBoundingClientRect();
    if (!box.width && !box.height) return;
    if (style.backgroundColor !== "rgba(0, 0, 0, 0)") {
      pen.fillStyle = style.backgroundColor;
      pen.beginPath();
      pen.roundRect(box.left, box.top, box.width, box.height, style.borderRadius === "50%" ? box.width / 2 : 0);
      pen.fill();
    }
    const line = parseFloat(style.borderTopWidth);
    if (line && style.borderTopStyle !== "none") {
      pen.fillStyle = style.borderTopColor;
      pen.fillRect(box.left, box.top, box.width, line);
    }
    if (node.tagName === "IMG") pen.drawImage(node, box.left, box.top, box.width, box.height);
    pen.save();
    if (style.overflowX === "hidden" || style.overflowY === "hidden") {
      pen.beginPath();
      pen.rect(box.left, box.top, box.width, box.height);
      pen.clip();
    }
    node.childNodes.forEach((child) => paint(pen, child));
    pen.restore();
  }

  function paintWords(pen, node) {
    const style = getComputedStyle(node.parentElement);
    pen.font = style.fontWeight + " " + style.fontSize + " Inter, sans-serif";
    pen.fillStyle = style.color;
    pen.textAlign = "center";
    const range = document.createRange();
    for (const word of node.textContent.matchAll(/\d|[^\d\s]+/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const box = range.getBoundingClientRect();
      pen.fillText(word[0], box.left + box.width / 2, box.top + box.height / 2);
    }
    pen.textAlign = "left";
  }

  /* -- paper: pictures as wide as the page and in the colours of the day, rows as a table -------- */

  const PAPER_PX = 700;
  const PAPER_ROWS = 100;

  function roles(name) {
    const found = {};
    for (const sheet of document.styleSheets) collectRoles(sheet, name, found);
    return found;
  }

  function collectRoles(sheet, name, found) {
    let rules;
    try {
      rules = sheet.cssRules;
    } catch (error) {
      return;
    }
    for (const rule of rules) {
      const wanted = name === "night" ? ":root[data-theme=" : ":root";
      const matches = name === "night" ? rule.selectorText && rule.selectorText.startsWith(wanted) : rule.selectorText === wanted;
      if (!matches) continue;
      for (const property of rule.style) {
        if (property.startsWith("--")) found[property] = rule.style.getPropertyValue(property).trim();
      }
    }
  }

  function rgb(hex) {
    const value = parseInt(hex.slice(1), 16);
    return "rgb(" + (value >> 16) + ", " + ((value >> 8) & 255) + ", " + (value & 255) + ")";
  }

  /* each colour of the night, and the day's for the same role */
  function daysColours() {
    const night = roles("night");
    const day = roles("day");
    const change = new Map();
    for (const role of Object.keys(night)) {
      if (/^#[0-9a-f]{6}$/i.test(night[role])) change.set(rgb(night[role]), rgb(day[role] || "#000000"));
    }
    return change;
  }

  function recolour(plot, change) {
    for (const node of plot.querySelectorAll("svg *")) {
      for (const name of ["style", "fill", "stroke"]) {
        const value = node.getAttribute(name);
        if (value && value.includes("rgb(")) {
          node.setAttribute(name, value.replace(/rgb\(\d+, \d+, \d+\)/g, (found) => change.get(found) || found));
        }
      }
    }
  }

  function cell(tag, text, column) {
    const made = document.createElement(tag);
    made.textContent = text;
    made.dataset.column = column.getColId();
    return made;
  }

  /* the grid draws what is on the screen; on paper stand the rows that were loaded */
  function layOutRows() {
    const place = document.querySelector("[data-paper-rows]");
    if (!place || !grid) return;
    const columns = grid.getAllDisplayedColumns();
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const column of columns) head.append(cell("th", column.getColDef().headerName, column));
    const body = table.createTBody();
    grid.forEachNode(function (node) {
      if (!node.data || body.rows.length >= PAPER_ROWS) return;
      const row = body.insertRow();
      for (const column of columns) row.append(cell("td", node.data[column.getColId()], column));
    });
    place.replaceChildren(table);
  }

  addEventListener("beforeprint", function () {
    const change = drawn === "day" ? null : daysColours();
    for (const plot of document.querySelectorAll(".js-plotly-plot")) {
      Plotly.relayout(plot, { width: PAPER_PX, autosize: false });
      if (change) recolour(plot, change);
    }
    layOutRows();
  });

  addEventListener("afterprint", function () {
    for (const plot of document.querySelectorAll(".js-plotly-plot")) {
      Plotly.relayout(plot, { width: null, autosize: true }).then(() => Plotly.redraw(plot));
    }
  });

  /* -- fields that are shown for a reason ----------------------------------------------------- */

  let wantedField = null;
  let opener = null;

  function askReason(field, button) {
    wantedField = field;
    opener = button;
    const dialog = document.querySelector("dialog.dialog");
    dialog.querySelector("[data-problem]").textContent = "";
    dialog.showModal();
    dialog.querySelector("input").focus();
  }

  function reveal(form) {
    const dialog = form.closest("dialog");
    dash_clientside.set_props(REVEAL_ASKED, {
      data: {
        ticket: dialog.dataset.ticket,
        field: wantedField,
        reason: new FormData(form).get("reason") || "",
        at: Date.now(),
      },
    });
  }

  function revealed(answer) {
    const dialog = document.querySelector("dialog.dialog");
    if (!answer || !dialog || dialog.dataset.ticket !== answer.ticket) return;
    if (answer.problem) {
      dialog.querySelector("[data-problem]").textContent = answer.problem;
      return;
    }
    const place = document.querySelector('[data-masked="' + answer.field + '"]');
    place.textContent = answer.text;
    place.classList.remove("masked");
    place.tabIndex = -1;
    if (opener) opener.hidden = true;
    dialog.close();
    place.focus();
  }

  /* -- the grid ------------------------------------------------------------------------------- */

  const renderers = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});

  renderers.ReviewTicket = function (props) {
    if (!props.data) return null;
    return React.createElement("a", { href: props.data.href, className: "door" }, props.data.ticket);
  };

  let grid = null;

  function withGrid(use) {
    const found = document.getElementById(GRID);
    if (found && window.dash_ag_grid) dash_ag_grid.getApiAsync(GRID).then(use).catch(function () {});
  }

  /* the grid's script comes when it is first needed, and the grid some time after it */
  function prepareGrid(tries) {
    if (!location.pathname.startsWith(ROOT + "antrean") || tries === 0) return;
    let found = false;
    withGrid(function (api) {
      found = true;
      grid = api;
      if (api.reviewReady) return;
      api.reviewReady = true;
      restoreColumns(api);
      fillColumns(api);
      for (const name of ["columnMoved", "columnResized", "columnVisible", "sortChanged"]) {
        api.addEventListener(name, function () {
          localStorage.setItem(COLUMNS_KEY, JSON.stringify(api.getColumnState()));
        });
      }
      const open = (event) => event.data && go(event.data.href);
      api.addEventListener("rowDoubleClicked", open);
      api.addEventListener("rowClicked", function (event) {
        if (!String(getSelection())) open(event);
      });
      api.addEventListener("cellKeyDown", function (event) {
        if (event.event.key === "Enter") open(event);
      });
    });
    setTimeout(() => found || prepareGrid(tries - 1), 120);
  }

  function restoreColumns(api) {
    try {
      const state = JSON.parse(localStorage.getItem(COLUMNS_KEY));
      if (Array.isArray(state)) api.applyColumnState({ state: state, applyOrder: true });
    } catch (error) {
      localStorage.removeItem(COLUMNS_KEY);
    }
  }

  function fillColumns(api) {
    const place = document.querySelector("[data-columns]");
    if (!place || place.childElementCount) return;
    for (const column of api.getColumns()) {
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = column.isVisible();
      box.disabled = column.getColId() === "ticket";
      box.addEventListener("change", function () {
        api.setColumnsVisible([column.getColId()], box.checked);
      });
      const label = document.createElement("label");
      label.append(box, " ", column.getColDef().headerName);
      place.append(label);
    }
  }

  /* -- rows live, and a word where a page is older than the data ------------------------------- */

  let version = null;

  function look() {
    if (document.hidden) return;
    fetch(ROOT + "versi", { signal: AbortSignal.timeout(LOOK_MS) })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then(function (found) {
        if (!found) return;
        if (version !== null && found.version !== version) newer();
        version = found.version;
      })
      .catch(function () {});
  }

  function newer() {
    if (new URLSearchParams(location.search).has("as_of")) return;
    if (document.querySelector(".trouble")) return again();
    if (document.getElementById(GRID)) withGrid((api) => api.refreshInfiniteCache());
    const state = document.querySelector(".state");
    if (state && !document.getElementById(GRID)) state.classList.add("older");
  }

  function again() {
    dash_clientside.set_props("review-theme-store", { data: theme() + " " });
    dash_clientside.set_props("review-theme-store", { data: theme() });
  }

  setInterval(look, LOOK_MS);

  /* -- still parts: trees of [tag, attributes, ...children] --------------------------------------- */

  function element(tree, key) {
    if (typeof tree === "string") return tree;
    const attributes = Object.assign({ key: key }, tree[1]);
    if (tree[0] === "select") {
      const chosen = tree.slice(2).find((option) => option[1].selected);
      attributes.defaultValue = chosen ? chosen[1].value : "";
      attributes.key = key + attributes.defaultValue;
    }
    if (tree[0] === "option") delete attributes.selected;
    if (attributes.defaultChecked !== undefined) attributes.key = key + String(attributes.defaultChecked);
    return React.createElement(tree[0], attributes, ...tree.slice(2).map(element));
  }

  window["layouts.review.still"] = { Still: (props) => element(props.tree, "still") };

  /* -- what Dash calls ------------------------------------------------------------------------ */

  const same = () => window.dash_clientside.no_update;

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.review = {
    request: function (path, search) {
      const now = JSON.stringify([path, search, theme()]);
      if (now === asked || !path) return same();
      asked = now;
      drawn = theme();
      return { path: path, search: search || "", theme: theme() };
    },
    open: function (clicks) {
      for (const clicked of dash_clientside.callback_context.triggered) {
        const point = clicked.value && clicked.value.points && clicked.value.points[0];
        if (point && typeof point.customdata === "string" && point.customdata) go(point.customdata);
      }
      return same();
    },
    arrived: function (title) {
      if (title) document.title = title + " · Binjai Command Center";
      document.documentElement.lang = document.querySelector(".view > [lang]")?.lang || "id";
      requestAnimationFrame(function () {
        const heading = document.querySelector("main h1");
        if (moved && heading) heading.focus({ preventScroll: true });
        moved = false;
        prepareGrid(80);
        look();
      });
      return same();
    },
    revealed: function (answer) {
      revealed(answer);
      return same();
    },
  };
})();
