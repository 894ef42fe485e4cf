// SPDX-License-Identifier: Apache-2.0
import type { Reader } from './envelope.js';

/** Takes the data of events out of a `text/event-stream` that comes in pieces (HTML standard, section 9.2.6). */
export const eventStreamReader = (taker: (data: string) => void): Reader => {
  const decoder = new TextDecoder();
  let rest = '';
  return (piece) => {
    // A CR ends a line at once: an LF that comes later begins the next event with an empty line, which means nothing there.
    const events = (rest + decoder.decode(piece, { stream: true })).split(/(?:\r(?!\n)|\r?\n){2}/);
    rest = events.pop()!;
    events.forEach((event) => {
      const data = event.split(/\r\n?|\n/).flatMap((line) => /^data(?:: ?(.*))?$/s.exec(line)?.slice(1) ?? []);
      if (data.length) {
        taker(data.join('\n'));
      }
    });
  };
};
