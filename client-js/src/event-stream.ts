// SPDX-License-Identifier: Apache-2.0
import type { PieceReader } from './envelope.js';

/** Takes the data of events out of a `text/event-stream` that comes in pieces (HTML standard, section 9.2.6). */
export const eventStreamReader = (taker: (data: string) => void): PieceReader => {
  const decoder = new TextDecoder();
  let rest = '';
  let afterCr = false;
  let data: string[] = [];
  return {
    push(piece) {
      let text = decoder.decode(piece, { stream: true });
      if (text) {
        if (afterCr) {
          text = text.replace(/^\n/, '');
        }
        afterCr = text.endsWith('\r');
        const lines = (rest + text).split(/\r\n?|\n/);
        rest = lines.pop()!;
        for (const line of lines) {
          const value = /^data(?:: ?(.*))?$/s.exec(line);
          if (value) {
            data.push(value[1] ?? '');
          } else if (!line && data.length) {
            const event = data.join('\n');
            data = [];
            taker(event);
          }
        }
      }
    },
    end() {},
  };
};
