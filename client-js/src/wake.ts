// SPDX-License-Identifier: Apache-2.0
/** Tells what a browser knows of its page and network; returns what ends that. */
export const watch = (events: Partial<EventTarget>, wake: () => void, suspend: () => void): AbortController => {
  const end = new AbortController();
  const tell = ({ type }: Event): void => {
    if (type === 'pagehide') {
      suspend();
    } else if (!globalThis.document?.hidden) {
      wake();
    }
  };
  'online offline pageshow pagehide visibilitychange'
    .split(' ')
    .forEach((type) => events.addEventListener?.(type, tell, end));
  return end;
};
