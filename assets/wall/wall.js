/* The wall's screen: listens for editions, keeps the last good one, and tells the truth about its age. */
(function () {
  "use strict";

  const FETCH_LIMIT_MS = 8000;
  const PULSE_LIMIT_MS = 6000;
  const POLL_MS = 5000;
  const SHIFT_MS = 360000;
  const FRESH_MARK_MS = 60000;
  const ZONE = "Asia/Jakarta";
  const BLANK_LIMIT_MS = 30000;

  const scene = sceneOf(location.pathname);
  const query = new URLSearchParams(location.search);
  const wanted = query.get("theme");
  const past = query.get("as_of"); // a moment that is over: it is fetched once, and nothing is heard
  const screen_ = {
    edition: null, // {build, version, panels}, and the theme that it is drawn in
    build: null, // of the software that this page belongs to
    status: null, // the server's time, what is late and stale, and when our edition was last right
    heardAt: performance.now(),
    theme: wanted === "day" ? "day" : "night",
    etag: null,
    fetching: false,
    source: null,
    retries: 0,
    reloading: false,
  };

  function sceneOf(path) {
    const last = path.replace(/\/+$/, "").split("/").pop();
    if (last !== "wall" && last !== "") return last;
    return innerWidth / innerHeight >= 2.5 ? "wide" : "overview";
  }

  function address(kind) {
    return "/wall/" + kind + "?scene=" + encodeURIComponent(scene) + "&theme=" + screen_.theme +
      (past ? "&as_of=" + encodeURIComponent(past) : "");
  }

  /* -- editions ------------------------------------------------------------------------------- */

  function patched(old, patch) {
    switch (patch[0]) {
      case "=":
        return patch[1];
      case "@":
        return patchedAt(old, patch[1], patch[2]);
      case "s":
        return old.slice(0, patch[1]).concat(patch[3], old.slice(patch[1] + patch[2]));
      case "o": {
        const next = Object.assign({}, old);
        for (const key of Object.keys(patch[1])) next[key] = patched(old[key], patch[1][key]);
        for (const key of patch[2]) delete next[key];
        return next;
      }
      case "l": {
        const next = old.slice();
        for (const index of Object.keys(patch[1])) next[index] = patched(old[index], patch[1][index]);
        return next;
      }
      case "k":
        return patch[1].map(function (item) {
          if (typeof item === "number") return old[item];
          return Array.isArray(item) ? patched(old[item[0]], item[1]) : item.v;
        });
      default:
        throw new Error("unknown patch");
    }
  }

  function patchedAt(old, path, patch) {
    if (!path.length) return patched(old, patch);
    const next = Array.isArray(old) ? old.slice() : Object.assign({}, old);
    next[path[0]] = patchedAt(old[path[0]], path.slice(1), patch);
    return next;
  }

  function show(edition) {
    screen_.edition = edition;
    hand();
  }

  /* Words are painted here, and first; each picture then has a turn of its own, so that no number
     waits for a drawing. Dash would mount all of a panel's words anew for one that changed, which
     was seen to take 100 ms and to lose the elements. */
  function hand() {
    if (!screen_.edition || !document.querySelector(".scene")) return;
    const waiting = Object.keys(screen_.edition.panels).filter(isNews);
    for (const id of waiting) if (!isPicture(id)) paintWords(id);
    const pictures = waiting.filter(isPicture);
    if (pictures.length) afterNextFrame(function () {
      for (const id of pictures) setTimeout(drawPicture, 0, id);
    });
  }

  /* In a second frame the first is on the screen; what is begun in the first delays it. */
  function afterNextFrame(act) {
    requestAnimationFrame(function () { requestAnimationFrame(act); });
  }

  function isNews(id) {
    const props = screen_.edition.panels[id];
    return props !== undefined && props !== shown.get(id) && document.getElementById(id) !== null;
  }

  function isPicture(id) {
    return "figure" in screen_.edition.panels[id];
  }

  function paintWords(id) {
    const props = screen_.edition.panels[id];
    shown.set(id, props);
    paint(document.getElementById(id), props.children);
  }

  function drawPicture(id) {
    if (!isNews(id)) return;
    const props = screen_.edition.panels[id];
    shown.set(id, props);
    window.dash_clientside.set_props(id, { figure: props.figure });
  }

  /* -- words: a component's JSON becomes elements; those that stay the same stay in place -------- */

  function paint(parent, content) {
    const items = content === null || content === undefined || content === "" ? [] : [].concat(content);
    const byKey = new Map();
    for (const child of parent.children) if (child.bccKey !== undefined) byKey.set(child.bccKey, child);
    let place = parent.firstChild;
    for (const item of items) {
      const node = nodeFor(item, place, byKey);
      if (node === place) place = place.nextSibling;
      else parent.insertBefore(node, place);
      update(node, item);
    }
    while (place) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
  }

  function nodeFor(item, place, byKey) {
    if (typeof item !== "object") return place && place.nodeType === Node.TEXT_NODE ? place : document.createTextNode("");
    const key = item.props.key;
    const tag = item.type.toUpperCase();
    const old = key === undefined || key === null ? place : byKey.get(key);
    return old && old.tagName === tag && (old.bccKey === key || old === byKey.get(key)) ? old : created(tag, key);
  }

  function created(tag, key) {
    const element = document.createElement(tag);
    if (key !== undefined && key !== null) element.bccKey = key;
    return element;
  }

  function update(node, item) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.data !== String(item)) node.data = item;
      return;
    }
    if (node.bccItem === item) return;
    node.bccItem = item;
    const classes = item.props.className || "";
    if (node.className !== classes) node.className = classes;
    paint(node, item.props.children);
  }

  function handWhenDrawn() {
    if (!document.querySelector(".scene")) return requestAnimationFrame(handWhenDrawn);
    watchPictures();
    hand();
    drawStatus();
  }

  /* Whether the edition is on the screen now: not one of another theme, of another build, or older. */
  function take(edition, theme) {
    const old = screen_.edition;
    if (!edition.panels || theme !== screen_.theme || isOtherBuild(edition.build)) return false;
    if (old && old.theme === theme && old.version > edition.version) return false;
    show(Object.assign(edition, { theme: theme }));
    return true;
  }

  function isOtherBuild(build) {
    if (screen_.build === null) screen_.build = build;
    if (build === screen_.build) return false;
    reloadWhenServed();
    return true;
  }

  async function fetchEdition() {
    if (screen_.fetching) return;
    screen_.fetching = true;
    const theme = screen_.theme;
    try {
      const answer = await fetch(address("feed"), {
        cache: "no-store",
        redirect: "error",
        headers: screen_.etag && screen_.edition ? { "If-None-Match": screen_.etag } : {},
        signal: AbortSignal.timeout(FETCH_LIMIT_MS),
      });
      const now = Number(answer.headers.get("X-BCC-Now"));
      const checked = Number(answer.headers.get("X-BCC-Checked")) || null;
      hear({ now: now });
      if (answer.status === 304 && theme === screen_.theme) hear({ now: now, checked: checked });
      if (answer.status === 200 && /json/.test(answer.headers.get("Content-Type") || "")) {
        if (take(await answer.json(), theme)) {
          screen_.etag = answer.headers.get("ETag");
          hear({ now: now, checked: checked });
        }
      }
    } catch (error) {
      /* the age on the screen says it; the next pulse or poll tries again */
    } finally {
      screen_.fetching = false;
    }
    if (theme !== screen_.theme) fetchEdition();
  }

  /* -- the stream ----------------------------------------------------------------------------- */

  function listen() {
    if (past) return;
    if (screen_.source) screen_.source.close();
    const source = (screen_.source = new EventSource(address("stream")));
    source.addEventListener("pulse", function (event) {
      const status = JSON.parse(event.data);
      screen_.retries = 0;
      if (isOtherBuild(status.build)) return;
      const current = isCurrent(status.version);
      if (!current) delete status.checked; // right is what the server has, not what we show
      hear(status);
      if (!current && status.version !== null) fetchEdition();
    });
    source.addEventListener("edition", function (event) {
      const change = JSON.parse(event.data);
      if (!isCurrent(change.from)) return fetchEdition();
      const old = screen_.edition;
      try {
        show({ build: old.build, theme: old.theme, version: change.to, panels: patched(old.panels, change.patch) });
      } catch (error) {
        screen_.edition = null;
        screen_.etag = null;
        fetchEdition();
      }
    });
  }

  function isCurrent(version) {
    return screen_.edition !== null && screen_.edition.theme === screen_.theme && screen_.edition.version === version;
  }

  function hear(status) {
    if (!status.now) return;
    screen_.status = Object.assign({}, screen_.status, status);
    screen_.heardAt = performance.now();
    drawStatus();
  }

  /* A new version of the software: its page may differ, so it is loaded anew. Only when it is
     served, right before: from a browser's error page or a login there is no way back. */
  async function reloadWhenServed() {
    if (screen_.reloading) return;
    screen_.reloading = true;
    await new Promise(function (done) { setTimeout(done, Math.random() * 3000); });
    try {
      const answer = await fetch(location.href, { redirect: "error", cache: "no-store", signal: AbortSignal.timeout(FETCH_LIMIT_MS) });
      if (answer.ok && (await answer.text()).includes("/wall-assets/wall.js")) location.reload();
    } catch (error) {
      /* tried again at the next pulse */
    }
    screen_.reloading = false;
  }

  /* An EventSource that met an error page stays closed: open another, later each time. */
  function watchStream() {
    const silent = performance.now() - screen_.heardAt > PULSE_LIMIT_MS;
    const closed = screen_.source.readyState === EventSource.CLOSED;
    if (!silent && !closed) return;
    const pause = Math.min(1000 * Math.pow(1.5, screen_.retries), 8000) * (0.5 + Math.random());
    if (performance.now() - (screen_.triedAt || 0) < pause) return;
    screen_.triedAt = performance.now();
    screen_.retries += 1;
    listen();
    fetchEdition();
  }

  /* -- clock, age, theme ---------------------------------------------------------------------- */

  function serverNow() {
    if (past) return screen_.status ? screen_.status.checked : null;
    return screen_.status ? screen_.status.now + (performance.now() - screen_.heardAt) : null;
  }

  function ageSeconds() {
    if (!screen_.status || !screen_.status.checked) return null;
    return Math.max(0, (serverNow() - screen_.status.checked) / 1000);
  }

  function ageWords(seconds) {
    if (seconds < 60) return Math.floor(seconds) + " detik lalu";
    if (seconds < 3600) return Math.floor(seconds / 60) + " menit lalu";
    if (seconds < 86400) return Math.floor(seconds / 3600) + " jam lalu";
    return Math.floor(seconds / 86400) + " hari lalu";
  }

  function stateOf(age, silent) {
    if (!screen_.edition || !shown.size) return "waiting";
    if (past) return "past";
    if (age === null || age > (screen_.status.stale_s || 300)) return "stale";
    if (silent) return "reconnecting";
    return age > (screen_.status.late_s || 10) ? "late" : "fresh";
  }

  const WORDS = {
    waiting: function () { return "Menunggu data"; },
    past: function () { return "keadaan lampau"; },
    fresh: function (age) { return "data " + ageWords(age); },
    late: function (age) { return "Data " + ageWords(age); },
    reconnecting: function (age) { return "Menyambung ulang · data " + ageWords(age); },
    stale: function (age) { return age === null ? "Tidak dapat membaca data" : "Data " + ageWords(age); },
  };

  function text(id, words) {
    const element = document.getElementById(id);
    if (element && element.textContent !== words) element.textContent = words;
  }

  const dateWords = new Intl.DateTimeFormat("id-ID", { timeZone: ZONE, weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const clockWords = new Intl.DateTimeFormat("id-ID", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hour12: false });

  function drawStatus() {
    const age = ageSeconds();
    const silent = performance.now() - screen_.heardAt > PULSE_LIMIT_MS;
    const state = stateOf(age, silent);
    document.documentElement.dataset.state = state;
    text("wall-age-text", WORDS[state](age));
    text("wall-notice-text", state === "stale" ? "Angka di layar ini lama: " + (age === null ? "database belum pernah terbaca" : "terakhir benar " + ageWords(age)) : "");
    const now = serverNow();
    if (now === null) return;
    text("wall-date-text", dateWords.format(now));
    text("wall-clock-text", clockWords.format(now).replace(":", ".") + " WIB");
    chooseTheme(now);
  }

  function chooseTheme(now) {
    const hour = new Date(now + 7 * 3600 * 1000).getUTCHours();
    const theme = wanted === "day" || wanted === "night" ? wanted : wanted === "auto" && hour >= 6 && hour < 18 ? "day" : "night";
    document.documentElement.dataset.theme = theme;
    if (theme === screen_.theme) return;
    screen_.theme = theme;
    screen_.etag = null;
    fetchEdition();
    listen();
  }

  /* -- size: everything is laid out on a canvas 1,080 pixels high, then scaled; on a screen that
        is higher than wide, the width decides ---------------------------------------------------- */

  function fit() {
    const unit = Math.min(innerHeight / 1080, innerWidth / 1350);
    document.documentElement.style.fontSize = 10 * unit + "px";
    document.documentElement.style.setProperty("--unit", unit);
  }

  /* A title that needs a second line takes room from its picture, which then is drawn anew. */
  const pictures = new ResizeObserver(function (changes) {
    for (const change of changes) {
      const graph = change.target.querySelector(".js-plotly-plot");
      if (graph && graph._fullLayout && window.Plotly) window.Plotly.Plots.resize(graph);
    }
  });

  function watchPictures() {
    for (const picture of document.querySelectorAll(".scaled")) pictures.observe(picture);
  }

  /* Against burn-in: the picture moves by two pixels every few minutes. */
  const SHIFTS = ["0 0", "2px 0", "2px 2px", "0 2px"];

  function shift() {
    const wall = document.querySelector(".wall");
    if (wall) wall.style.translate = SHIFTS[Math.floor(performance.now() / SHIFT_MS) % SHIFTS.length];
  }

  /* -- what changed is marked for a moment ---------------------------------------------------- */

  const figures = new Map(); // a figure's name: its words, and when they last changed

  /* Dash puts new elements in place of old ones, so a figure is known by where it stands. */
  function nameOf(figure) {
    const place = figure.closest("[id]");
    const row = figure.closest(".cell, .row") || place;
    const first = row.firstElementChild;
    const label = row === place || first === figure ? "" : first.textContent;
    return [place.id, label, Array.from(row.querySelectorAll(".figure")).indexOf(figure)].join(" ");
  }

  function markFigures() {
    const now = performance.now();
    for (const figure of document.querySelectorAll(".figure")) {
      const name = nameOf(figure);
      const known = figures.get(name);
      const words = figure.textContent;
      if (!known || known.words !== words) figures.set(name, { words: words, at: known ? now : -FRESH_MARK_MS });
      mark(figure, figures.get(name).at, now);
    }
  }

  function mark(figure, at, now) {
    const fresh = now - at < FRESH_MARK_MS;
    if (!fresh) return delete figure.dataset.fresh;
    if (figure.dataset.fresh === String(at)) return;
    figure.dataset.fresh = at;
    figure.style.animationDelay = at - now + "ms";
  }

  function watchFigures() {
    new MutationObserver(markFigures).observe(document.body, { subtree: true, childList: true, characterData: true });
    setInterval(markFigures, 5000);
  }

  /* -- Dash's clientside functions ------------------------------------------------------------ */

  const shown = new Map();

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.wall = {
    scene: function (path, scenes) {
      const name = sceneOf(path || location.pathname);
      requestAnimationFrame(handWhenDrawn);
      return scenes[name] || scenes.overview;
    },
  };

  document.documentElement.dataset.theme = screen_.theme;
  document.documentElement.dataset.state = "waiting";
  fit();
  addEventListener("resize", fit);
  fetchEdition();
  listen();
  setInterval(drawStatus, 1000);
  if (!past) setInterval(watchStream, 1000);
  setInterval(shift, SHIFT_MS);
  setInterval(function () {
    const heard = past ? screen_.edition : screen_.source.readyState === EventSource.OPEN;
    if (!heard) fetchEdition();
  }, POLL_MS);
  setTimeout(function () {
    if (!document.getElementById("wall-canvas-area")) setInterval(reloadWhenServed, POLL_MS);
  }, BLANK_LIMIT_MS);
  addEventListener("DOMContentLoaded", watchFigures);
})();
