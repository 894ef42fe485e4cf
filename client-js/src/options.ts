// SPDX-License-Identifier: Apache-2.0
import { type Clock, systemClock } from './clock.js';

/** What can be set for a channel; times in milliseconds. The defaults are those of the Java client. */
export interface Options {
  /** The transports, the preferred one first: `websocket`, `sse`, `longpoll`, `comet`, `http`. */
  transports?: string[];
  /** Headers to send with every request, or what makes them. A browser cannot send them with a WebSocket. */
  headers?: Record<string, string> | (() => Record<string, string>);
  /** Whether a WebSocket shows a ticket in place of `headers`, where the server gives any (`wherry.http.tickets`). */
  tickets?: boolean;
  /** Whether requests carry cookies, as for `fetch`. */
  credentials?: RequestCredentials;
  /** What stands in for the global `WebSocket`, such as that of the package `ws` on Node 20. */
  WebSocket?: unknown;
  /** What stands in for the global `fetch`. */
  fetch?: typeof fetch;
  /** Who tells of `online`, `offline`, `visibilitychange`, `pagehide` and `pageshow`; else the global scope, where it does. */
  events?: EventTarget;
  heartbeat?: number;
  lostAfter?: number;
  connectTimeout?: number;
  requestTimeout?: number;
  closeTimeout?: number;
  backoffMin?: number;
  backoffMax?: number;
  putAsideMin?: number;
  putAsideMax?: number;
  /** How often the transport `http` asks. */
  pollInterval?: number;
  /** The largest payload of one message, in bytes. */
  maxMessage?: number;
  /** How many bytes may wait for the server's acknowledgement; over it sends fail. */
  maxUnacknowledged?: number;
  /** From how many unacknowledged bytes on a channel is not writable. */
  outboundHigh?: number;
  clock?: Clock;
}

const DEFAULTS = {
  headers: {} as NonNullable<Options['headers']>,
  credentials: 'same-origin' as RequestCredentials,
  heartbeat: 15e3,
  lostAfter: 40e3,
  connectTimeout: 5e3,
  requestTimeout: 30e3,
  closeTimeout: 5e3,
  backoffMin: 200,
  backoffMax: 20e3,
  putAsideMin: 2e3,
  putAsideMax: 30e3,
  pollInterval: 5e3,
  maxMessage: 2 ** 20,
  maxUnacknowledged: 2 ** 24,
  outboundHigh: 2 ** 20,
  clock: systemClock,
};

export type Settings = typeof DEFAULTS & Options;

export const settingsOf = (options?: Options): Settings => ({ ...DEFAULTS, ...options }) as Settings;
