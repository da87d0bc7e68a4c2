/* The wall's screen: listens for editions, keeps the last good one, and tells the truth about its age. */
(function () {
  "use strict";

  const STORE = "wall-feed-store";
  const FETCH_LIMIT_MS = 8000;
  const PULSE_LIMIT_MS = 6000;
  const POLL_MS = 5000;
  const FRESH_MARK_MS = 60000;
  const ZONE = "Asia/Jakarta";
  const LOOSE = Symbol("nothing shown yet");

  const scene = sceneOf(location.pathname);
  const wanted = new URLSearchParams(location.search).get("theme");
  const screen_ = {
    edition: null, // {build, version, panels}
    status: null, // the last pulse, with the moment at which it came
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
    return "/wall/" + kind + "?scene=" + encodeURIComponent(scene) + "&theme=" + screen_.theme;
  }

  /* -- editions ------------------------------------------------------------------------------- */

  function patched(old, patch) {
    switch (patch[0]) {
      case "=":
        return patch[1];
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

  function show(edition) {
    screen_.edition = edition;
    if (window.dash_clientside && window.dash_clientside.set_props && document.getElementById("wall-canvas-area")) {
      window.dash_clientside.set_props(STORE, { data: edition });
    }
  }

  async function fetchEdition() {
    if (screen_.fetching) return;
    screen_.fetching = true;
    try {
      const answer = await fetch(address("feed"), {
        cache: "no-store",
        redirect: "error",
        headers: screen_.etag && screen_.edition ? { "If-None-Match": screen_.etag } : {},
        signal: AbortSignal.timeout(FETCH_LIMIT_MS),
      });
      hear({ now: Number(answer.headers.get("X-BCC-Now")), checked: Number(answer.headers.get("X-BCC-Checked")) || null });
      if (answer.status === 200 && /json/.test(answer.headers.get("Content-Type") || "")) {
        const edition = await answer.json();
        if (edition.panels) {
          screen_.etag = answer.headers.get("ETag");
          show(edition);
        }
      }
    } catch (error) {
      /* the age on the screen says it; the next pulse or poll tries again */
    } finally {
      screen_.fetching = false;
    }
  }

  /* -- the stream ----------------------------------------------------------------------------- */

  function listen() {
    if (screen_.source) screen_.source.close();
    const source = (screen_.source = new EventSource(address("stream")));
    source.addEventListener("pulse", function (event) {
      const status = JSON.parse(event.data);
      hear(status);
      screen_.retries = 0;
      if (screen_.edition && status.build !== screen_.edition.build) return reloadWhenServed();
      if (status.version !== null && (!screen_.edition || status.version !== screen_.edition.version)) fetchEdition();
    });
    source.addEventListener("edition", function (event) {
      const change = JSON.parse(event.data);
      if (!screen_.edition || screen_.edition.version !== change.from) return fetchEdition();
      try {
        show({ build: screen_.edition.build, version: change.to, panels: patched(screen_.edition.panels, change.patch) });
      } catch (error) {
        screen_.edition = null;
        screen_.etag = null;
        fetchEdition();
      }
    });
  }

  function hear(status) {
    if (!status.now) return;
    screen_.status = Object.assign({}, screen_.status, status);
    screen_.heardAt = performance.now();
    drawStatus();
  }

  /* A new version of the software: its page may differ, so it is loaded anew, once it is served. */
  async function reloadWhenServed() {
    if (screen_.reloading) return;
    screen_.reloading = true;
    try {
      const answer = await fetch(location.href, { redirect: "error", cache: "no-store", signal: AbortSignal.timeout(FETCH_LIMIT_MS) });
      if (answer.ok) {
        setTimeout(function () { location.reload(); }, Math.random() * 3000);
        return;
      }
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
    if (!screen_.edition) return "waiting";
    if (age === null || age > (screen_.status.stale_s || 300)) return "stale";
    if (silent) return "reconnecting";
    return age > (screen_.status.late_s || 10) ? "late" : "fresh";
  }

  const WORDS = {
    waiting: function () { return "Menunggu data"; },
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

  /* -- size: everything is laid out on a canvas 1,080 pixels high, then scaled ----------------- */

  function fit() {
    const unit = innerHeight / 1080;
    document.documentElement.style.fontSize = 10 * unit + "px";
    document.documentElement.style.setProperty("--unit", unit);
  }

  /* -- what changed is marked for a moment ---------------------------------------------------- */

  function markChanges() {
    const settled = performance.now();
    new MutationObserver(function (changes) {
      if (performance.now() - settled < 4000) return;
      for (const change of changes) {
        const element = change.target.nodeType === Node.TEXT_NODE ? change.target.parentElement : change.target;
        const figure = element && element.closest && element.closest(".figure");
        if (!figure) continue;
        figure.dataset.fresh = "";
        clearTimeout(figure.freshTimer);
        figure.freshTimer = setTimeout(function () { delete figure.dataset.fresh; }, FRESH_MARK_MS);
      }
    }).observe(document.body, { subtree: true, characterData: true });
  }

  /* -- Dash's clientside functions ------------------------------------------------------------ */

  const shown = new Map();

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.wall = {
    scene: function (path, scenes) {
      const name = sceneOf(path || location.pathname);
      if (screen_.edition) setTimeout(function () { show(screen_.edition); }, 0);
      return scenes[name] || scenes.overview;
    },
    part: function (edition) {
      const target = window.dash_clientside.callback_context.outputs_list;
      const key = target.id + "." + target.property;
      const props = edition && edition.panels[target.id];
      const value = props ? props[target.property] : undefined;
      if (value === undefined || value === (shown.has(key) ? shown.get(key) : LOOSE)) {
        return window.dash_clientside.no_update;
      }
      shown.set(key, value);
      return value;
    },
  };

  document.documentElement.dataset.theme = screen_.theme;
  document.documentElement.dataset.state = "waiting";
  fit();
  addEventListener("resize", fit);
  fetchEdition();
  listen();
  setInterval(drawStatus, 1000);
  setInterval(watchStream, 1000);
  setInterval(function () {
    if (screen_.source.readyState !== EventSource.OPEN) fetchEdition();
  }, POLL_MS);
  addEventListener("DOMContentLoaded", markChanges);
})();
