// SPDX-License-Identifier: Apache-2.0

/** Time and chance, as a channel sees them. */
export interface Clock {
  /** Milliseconds since whenever. It goes on while a machine sleeps. */
  now(): number;
  /** Calls back after so many milliseconds; returns what cancels that. */
  after(ms: number, action: () => void): () => void;
  /** From 0 to less than 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: Date.now,
  after(ms, action) {
    const timer = setTimeout(action, Math.min(ms, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/** A timer: each call of it stops it, and sets it anew where an action is given. */
export type Timer = (ms?: number, action?: () => void) => void;

export const timer = (clock: Clock): Timer => {
  let stop = (): void => {};
  return (ms, action) => {
    stop();
    if (action) {
      stop = clock.after(ms!, action);
    }
  };
};

const SHORTEST_SILENCE = 500;

/**
 * Learns how long a path lets a connection be silent, from connections that were cut after about the same silence.
 *
 * @returns takes after how much silence a connection that worked was cut; returns after how much to ask for a sign of life
 */
export const silenceLimit = (): ((silent: number) => number) => {
  let last = 0;
  let limit = Infinity;
  return (silent) => {
    const least = Math.min(silent, last);
    if (least >= SHORTEST_SILENCE && least >= (Math.max(silent, last) * 3) / 4) {
      limit = Math.min(limit, least / 2);
    }
    last = silent;
    return limit;
  };
};
