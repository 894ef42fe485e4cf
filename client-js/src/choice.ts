// SPDX-License-Identifier: Apache-2.0
import type { Settings } from './options.js';

/** A connection that has lived so long was not cut by what kills all of its kind. */
const LASTED = 30e3;

const CUTS_TO_FAIL = 3;

/** What is known of a transport on the path to a server. */
interface Health {
  /** How often it has failed since it last lasted. */
  failures: number;
  /** How often it was cut soon since it last lasted or failed. */
  cuts: number;
  /** Until when it is put aside. */
  until: number;
}

/** What the channels of this page know, by address and name. */
const known: Record<string, Health> = {};

/** Which transport to try next. */
export interface TransportChoice {
  /** What to connect by now: the one that worked last, else the first that is not put aside, else the one that is soonest not. */
  next(): string;
  /** How long to wait for it, so that all can be tried within the time for connecting; longer after each round in vain. */
  patience(): number;
  /** A message has made the round trip on it. */
  worked(name: string): void;
  /** A connection of it has lived so long; where that is long enough, whatever was wrong is over. */
  lived(name: string, ms: number): boolean;
  /** A connection that worked was cut: it is put aside where that was soon and not for the first time. */
  cut(name: string, ms: number): void;
  /** Puts it aside, for a time that doubles with each failure. */
  putAside(name: string): void;
  /**
   * It has failed before a message made the round trip.
   *
   * @returns whether another can be tried at once; false when all have failed since the last that worked, which says more of
   *   the server than of the transports
   */
  failed(name: string): boolean;
  /** Keeps to a transport until it fails. */
  pin(name: string): void;
  /** One that is preferred to the one that works now, and is not put aside. */
  better(current: string): string | undefined;
  /** After how long there may be a better one; infinite for never. */
  betterIn(current: string): number;
}

export const transportChoice = (preferred: string[], url: string, settings: Settings): TransportChoice => {
  const { clock, connectTimeout, putAsideMin, putAsideMax } = settings;
  let inVain: string[] = [];
  let pinned: string | undefined;
  let working: string | undefined;
  let rounds = 0;

  const healthOf = (name: string): Health => (known[name + url] ??= { failures: 0, cuts: 0, until: 0 });
  const asideFor = (name: string): number => Math.max(0, healthOf(name).until - clock.now());
  const forget = (name: string): unknown => delete known[name + url];
  const lived = (name: string, ms: number): boolean => ms >= LASTED && !!forget(name);
  const putAside = (name: string): void => {
    const health = healthOf(name);
    const bound = Math.min(putAsideMax, putAsideMin * 2 ** health.failures++);
    health.cuts = 0;
    health.until = clock.now() + bound * (1 - clock.random() / 4);
  };
  const failed = (name: string): void => {
    pinned = name === pinned ? undefined : pinned;
    putAside(name);
  };
  const preferredTo = (current: string): string[] =>
    current === pinned ? [] : preferred.slice(0, preferred.indexOf(current));

  return {
    next() {
      const left = preferred.filter((name) => !inVain.includes(name));
      return (
        left.find((name) => name === pinned) ??
        left.find((name) => name === working && !asideFor(name)) ??
        left.reduce((best, name) => (asideFor(name) < asideFor(best) ? name : best))
      );
    },
    patience: () => Math.min(connectTimeout, (connectTimeout / preferred.length) * 2 ** rounds),
    worked(name) {
      working = name;
      inVain = [];
      rounds = 0;
    },
    lived,
    cut(name, ms) {
      if (!lived(name, ms)) {
        const health = healthOf(name);
        if (++health.cuts >= CUTS_TO_FAIL || health.failures) {
          failed(name);
        }
      }
    },
    putAside,
    failed(name) {
      failed(name);
      inVain.push(name);
      const isAnotherLeft = inVain.length < preferred.length;
      if (!isAnotherLeft) {
        inVain = [];
        rounds++;
        preferred.forEach(forget);
      }
      return isAnotherLeft;
    },
    pin(name) {
      pinned = name;
    },
    better: (current) => preferredTo(current).find((name) => !asideFor(name)),
    betterIn: (current) => Math.min(...preferredTo(current).map(asideFor)),
  };
};
