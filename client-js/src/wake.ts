// SPDX-License-Identifier: Apache-2.0
import type { Connector } from './connector.js';

/** Tells a connector what a browser knows of its page and network; returns what ends that. */
export const watch = ({ wake, suspend }: Connector, events: Partial<EventTarget>): AbortController => {
  const end = new AbortController();
  for (const type of ['online', 'offline', 'pageshow', 'pagehide', 'visibilitychange']) {
    events.addEventListener?.(
      type,
      () => {
        if (type === 'pagehide') {
          suspend();
        } else if (globalThis.document?.visibilityState !== 'hidden') {
          wake();
        }
      },
      end,
    );
  }
  return end;
};
