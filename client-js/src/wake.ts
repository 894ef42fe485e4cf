// SPDX-License-Identifier: Apache-2.0
import type { Connector } from './connector.js';

/** Tells a connector what a browser knows of its page and network; returns what ends that. */
export const watch = ({ wake, suspend }: Connector, events: Partial<EventTarget>): (() => void) => {
  const tell = ({ type }: Event): void => {
    if (type === 'pagehide') {
      suspend();
    } else if (globalThis.document?.visibilityState !== 'hidden') {
      wake();
    }
  };
  const types = ['online', 'offline', 'pageshow', 'pagehide', 'visibilitychange'];
  types.forEach((type) => events.addEventListener?.(type, tell));
  return () => types.forEach((type) => events.removeEventListener?.(type, tell));
};
