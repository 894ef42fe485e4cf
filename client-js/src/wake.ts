// SPDX-License-Identifier: Apache-2.0
/** Tells what a browser knows of its page and network; returns what ends that. */
export const watch = (events: Partial<EventTarget>, wake: () => void, suspend: () => void): AbortController => {
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
