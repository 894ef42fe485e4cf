// SPDX-License-Identifier: Apache-2.0
// The panels: what each shows and measures, and their buttons. The techniques are in the files beside this one.
import { chart } from "./chart.js";
import { client } from "./client.js";
import { comet } from "./comet.js";
import { post } from "./echo.js";
import { longpoll } from "./longpoll.js";
import { meter } from "./meter.js";
import { poll } from "./poll.js";
import { sse } from "./sse.js";
import { websocket } from "./websocket.js";

/** After how long without a message a panel is silent. */
const SILENCE = 5000;
/** For how long messages count for the median and the 99th percentile. */
const MEMORY = 300_000;
const FREEZE = 5000;
const TOUR = 6000;
/** What is missing is told; what that means. */
const GAPS = {
  overrun: "missed some: the server keeps no more",
  epoch: "the server has begun anew",
  channel: "the old channel was gone; a new one goes on",
};

const clock = () => performance.timeOrigin + performance.now();
const find = (id) => document.getElementById(id);

/** How far the server's clock is ahead, as far as is known. */
let ahead = 0;

function say(text) {
  find("said").textContent = text;
}

// ---- numbers

const unit = (number, name) => [number, name];
function duration(ms) {
  if (ms === undefined) return unit("–", "");
  if (ms >= 999.5) return unit((ms / 1000).toFixed(2), "s");
  return unit(ms.toFixed(ms < 99.5 ? 1 : 0), "ms");
}
function size(bytes) {
  if (bytes < 1000) return unit(`${bytes}`, "B");
  if (bytes < 999_500) return unit((bytes / 1000).toFixed(1), "kB");
  return unit((bytes / 1e6).toFixed(2), "MB");
}
function put(element, [number, name], before = "") {
  const text = before + number + (name && " " + name);
  if (element.textContent !== text) {
    const small = document.createElement("small");
    small.textContent = name && " " + name;
    element.replaceChildren(before + number, small);
  }
}
function quantile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

// ---- a panel

const panels = [];

function panel(id, technique, sources) {
  const section = find(id);
  const name = section.querySelector("h2").firstChild.textContent.trim();
  section.append(find("panel").content.cloneNode(true));
  const $ = (selector) => section.querySelector(selector);
  const state = document.createElement("span");
  state.className = "state";
  section.append(state);
  section.setAttribute("aria-labelledby", (section.querySelector("h2").id = id + "-name"));
  for (const button of section.querySelectorAll(".actions button")) {
    button.setAttribute("aria-label", button.textContent + ": " + name);
  }

  const line = meter();
  const draw = chart($(".chart"));
  const cuts = [];
  let messages = [];
  let last;
  let missed = 0;
  let doubled = 0;
  let lastAt = 0;
  let counts = 0; // Messages of before then do not count: nobody was looking.
  let echoes = [];
  let wasPaused = false;

  function change(to, text = to) {
    section.dataset.state = to;
    if (state.textContent !== text) state.textContent = text;
  }

  function sever(to) {
    if (line.isCut) return;
    line.cut();
    wasPaused = to === "paused";
    if (!wasPaused) cuts.push({ from: clock() });
    change(to);
    label();
  }

  function mend() {
    if (!line.isCut) return;
    line.mend();
    if (wasPaused) counts = clock() + ahead;
    else cuts.at(-1).end = clock();
    change("waiting", "connecting");
    label();
  }

  function label() {
    const cut = $(".cut");
    cut.textContent = line.isCut ? "Mend" : "Cut";
    cut.setAttribute("aria-label", cut.textContent + ": " + name);
    cut.classList.toggle("mends", line.isCut);
  }

  function note(text, kind = "") {
    $(".note").textContent = text;
    $(".note").className = "note " + kind;
  }

  /** Tells missing and doubled messages: the topic is alone in its log, so its positions have no holes. */
  function check(position) {
    const [epoch, sequence] = position.split("-");
    const isSame = last?.epoch === epoch;
    if (isSame && +sequence <= last.sequence) {
      doubled++;
      return;
    }
    missed += isSame ? +sequence - last.sequence - 1 : 0;
    last = { epoch, sequence: +sequence };
  }

  const shown = {
    show(text, position) {
      const at = clock();
      const sent = Date.parse(text);
      const isFirst = !last;
      check(position);
      lastAt = at;
      if (!isFirst && sent > counts) {
        messages.push({ at, delay: Math.max(0.1, at + ahead - sent) });
      }
      const [time, part] = text.slice(11, -1).split(".");
      const small = document.createElement("small");
      small.textContent = "." + (part ?? "000");
      $("time").dateTime = text;
      $("time").replaceChildren(time, small);
      section.dataset.tick = section.dataset.tick === "a" ? "b" : "a";
      if (!line.isCut) change("live");
    },

    gap({ reason }) {
      note(GAPS[reason] ?? reason, "gap");
      say(`${name}: ${GAPS[reason] ?? reason}`);
    },

    echoed(text) {
      const sent = echoes.find((one) => one.text === text);
      echoes = echoes.filter((one) => one !== sent);
      if (sent) note(`echo after ${duration(performance.now() - sent.at).join(" ")}`);
    },
  };

  let moved = () => {};
  const started = technique({ ...shown, ...line.ways, moved: (to) => moved(to) }) ?? {};

  async function echo() {
    const text = `hello ${Math.random().toString(36).slice(2, 8)}`;
    echoes.push({ text, at: performance.now() });
    note("…");
    try {
      await (started.echo ? started.echo(text) : post({ ...shown, ...line.ways }, text));
    } catch {
      note("no echo");
    }
  }

  $(".cut").onclick = () => {
    if (line.isCut) mend();
    else sever("cut");
    say(`${name}: ${line.isCut ? "cut" : "mended"}`);
  };
  $(".echo").onclick = echo;
  $(".source").onclick = () => showSource(name, sources);

  const self = {
    id,
    sever,
    mend,
    echo,
    started,
    get isCut() {
      return line.isCut;
    },
    set moved(listener) {
      moved = listener;
    },

    refresh() {
      const now = clock();
      messages = messages.filter(({ at }) => at > now - MEMORY);
      const sorted = messages.map(({ delay }) => delay).sort((a, b) => a - b);
      const median = quantile(sorted, 0.5);
      const p99 = quantile(sorted, 0.99);
      put($(".now"), duration(messages.at(-1)?.delay));
      put($(".median"), duration(median));
      put($(".p99"), duration(p99));
      put($(".requests"), unit(`${line.requests}`, ""));
      put($(".bytes"), size(line.bytes), line.isEstimate ? "≈ " : "");
      $(".missed").textContent = missed;
      $(".doubled").textContent = doubled;
      $(".faults").classList.toggle("bad", missed + doubled > 0);
      if (!line.isCut && section.dataset.state === "live" && now - lastAt > SILENCE) {
        change("waiting", "silent");
      }
      draw(messages, cuts, median, now);
      $(".chart").setAttribute("aria-label",
        `Delay of each message in the last minute: median ${duration(median).join(" ")}, p99 ${duration(p99).join(" ")}`);
    },
  };
  change("waiting", "connecting");
  panels.push(self);
  self.refresh();
  return self;
}

// ---- the source of a technique

async function showSource(name, files) {
  const texts = await Promise.all(files.map(async (file) => (await fetch("/time/" + file)).text()));
  const code = document.querySelector("#source pre code");
  code.replaceChildren();
  for (const line of texts.join("\n").trimEnd().split("\n")) {
    const [, text, comment] = /^(.*?)(\/\/ .*)?$/.exec(line);
    const dim = document.createElement("i");
    dim.textContent = comment ?? "";
    code.append(text, dim, "\n");
  }
  find("source-title").textContent = name;
  find("copy").textContent = "Copy";
  find("source").showModal();
}

find("copy").onclick = async () => {
  try {
    await navigator.clipboard.writeText(document.querySelector("#source pre code").textContent);
    find("copy").textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(document.querySelector("#source pre code"));
    find("copy").textContent = "Selected";
  }
};

// ---- the panels of this page

panel("poll", poll, ["poll.js", "echo.js"]);
panel("longpoll", longpoll, ["longpoll.js", "echo.js"]);
panel("sse", sse, ["sse.js", "echo.js"]);
panel("websocket", websocket, ["websocket.js"]);
panel("comet", comet, ["comet.js", "echo.js"]);

if (globalThis.Wherry) {
  const ours = panel("client", client, ["client.js"]);
  const radios = [...document.querySelectorAll("input[name=transport]")];
  const tour = document.createElement("button");
  tour.type = "button";
  tour.textContent = "Keep moving";
  tour.setAttribute("aria-pressed", "true");
  document.querySelector("#client .cut").before(tour);
  let present = "";
  let isMoving = false;

  const refresh = (coming = "") => {
    for (const radio of radios) {
      radio.checked = radio.value === present;
      radio.parentElement.classList.toggle("coming", radio.value === coming && coming !== present);
    }
  };
  const move = async (to) => {
    if (isMoving) return;
    isMoving = true;
    refresh(to);
    try {
      await ours.started.moveTo(to);
    } catch (e) {
      document.querySelector("#client .note").textContent = e.message;
    }
    isMoving = false;
    refresh();
  };
  const isTouring = () => tour.getAttribute("aria-pressed") === "true";
  ours.moved = (to) => {
    present = to;
    refresh();
  };
  tour.onclick = () => tour.setAttribute("aria-pressed", String(!isTouring()));
  for (const radio of radios) {
    radio.onchange = () => {
      tour.setAttribute("aria-pressed", "false");
      say(`moving to ${radio.value}`);
      void move(radio.value);
    };
  }
  setInterval(() => {
    if (isTouring() && present && !ours.isCut && !document.hidden) {
      const at = radios.findIndex((radio) => radio.value === present);
      void move(radios[(at + 1) % radios.length].value);
    }
  }, TOUR);
} else {
  const why = document.createElement("p");
  why.textContent = "This server was built without it (npm was not there).";
  find("client").append(why);
  document.querySelector("#client fieldset").disabled = true;
}

setInterval(() => {
  if (!document.hidden) for (const one of panels) one.refresh();
}, 500);

// A browser has six connections to one server for all of its tabs (HTTP/1.1): a tab that nobody sees lets go of its own.
document.addEventListener("visibilitychange", () => {
  for (const one of panels) {
    if (one.id === "client") continue;
    if (document.hidden) one.sever("paused");
    else if (find(one.id).dataset.state === "paused") one.mend();
  }
});

// ---- the buttons for all

find("cut-all").onclick = () => {
  const mends = panels.every((one) => one.isCut);
  for (const one of panels) mends ? one.mend() : one.sever("cut");
  say(mends ? "All mended" : "All cut");
};
setInterval(() => {
  const mends = panels.every((one) => one.isCut);
  find("cut-all").textContent = mends ? "Mend all" : "Cut all";
  find("cut-all").classList.toggle("mends", mends);
}, 100);

find("echo-all").onclick = () => panels.forEach((one) => one.echo());

find("freeze").onclick = () => {
  const button = find("freeze");
  const { textContent } = button;
  button.textContent = "Frozen";
  button.disabled = true;
  // Not before that is seen.
  requestAnimationFrame(() => setTimeout(() => {
    const end = performance.now() + FREEZE;
    while (performance.now() < end); // Nothing of this page goes on, as on a machine that is too busy.
    button.textContent = textContent;
    button.disabled = false;
  }, 50));
};

// ---- the server's clock

/** Asks for the server's time a few times; the quickest answer tells most. */
async function compareClocks() {
  let best = { trip: Infinity };
  for (let i = 0; i < 6; i++) {
    const began = clock();
    const answer = await fetch("/wherry/http?to=now", { method: "POST" });
    const server = Date.parse(await answer.text()) + 0.5;
    const trip = clock() - began;
    if (answer.ok && trip < best.trip) best = { trip, ahead: server - (began + trip / 2) };
  }
  ahead = best.ahead;
  const [difference, name] = duration(Math.abs(ahead));
  find("clock").textContent = `the server's is ${difference} ${name} ${ahead < 0 ? "behind" : "ahead"}, ± ${(best.trip / 2).toFixed(1)} ms`;
}

async function keepComparing() {
  await compareClocks().catch(() => {});
  setTimeout(keepComparing, 60_000);
}
keepComparing();

for (const place of document.querySelectorAll(".origin")) place.textContent = location.origin;
