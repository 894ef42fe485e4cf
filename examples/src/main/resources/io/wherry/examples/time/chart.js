// SPDX-License-Identifier: Apache-2.0
// Draws the delays of the last minute: a dot for each message, higher where it came later. No part of the techniques.

const SECONDS = 60;
/** The scale is logarithmic, from 1 ms to 10 s. */
const LEVELS = [[1, "1 ms"], [10, "10"], [100, "100"], [1000, "1 s"], [10000, "10 s"]];
const TOP = 5;
const BOTTOM = 69;
const LEFT = 34;

/** Where a delay is, from top to bottom. */
const y = (delay) => BOTTOM - ((BOTTOM - TOP) / 4) * Math.min(4, Math.max(0, Math.log10(delay)));

/** Makes what draws in an svg element. */
export function chart(svg) {
  const make = (name, kind, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    element.setAttribute("class", kind);
    if (text) element.textContent = text;
    svg.append(element);
    return element;
  };
  const away = make("path", "away");
  const grid = make("path", "grid");
  for (const [delay, text] of LEVELS) {
    const scale = make("text", "scale", text);
    scale.setAttribute("x", LEFT - 6);
    scale.setAttribute("y", y(delay) + 3.5);
  }
  const middle = make("path", "middle");
  const stems = make("path", "stems");
  const dots = make("path", "dots");

  return function draw(messages, cuts, median, now) {
    const width = svg.clientWidth;
    const right = width - 4;
    const x = (at) => Math.round(10 * (right - ((right - LEFT) * (now - at)) / (SECONDS * 1000))) / 10;
    const begin = now - SECONDS * 1000;
    const seen = messages.filter(({ at }) => at > begin);
    svg.setAttribute("viewBox", `0 0 ${width} 74`);
    grid.setAttribute("d", LEVELS.map(([delay]) => `M${LEFT} ${y(delay)}H${right + 4}`).join(""));
    away.setAttribute("d", cuts
      .filter(({ end }) => (end ?? now) > begin)
      .map(({ from, end }) => `M${x(Math.max(from, begin))} ${TOP}V${BOTTOM}H${x(end ?? now)}V${TOP}Z`)
      .join(""));
    middle.setAttribute("d", median ? `M${LEFT} ${y(median)}H${right + 4}` : "");
    stems.setAttribute("d", seen.map(({ at, delay }) => `M${x(at)} ${BOTTOM}V${y(delay).toFixed(1)}`).join(""));
    dots.setAttribute("d", seen.map(({ at, delay }) => `M${x(at)} ${y(delay).toFixed(1)}h0`).join(""));
  };
}
