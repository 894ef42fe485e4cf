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
  /** Of those that are preferred to the one that works now, the one that is put aside no longer, or not for long. */
  better(current: string): string | undefined;
  /** For how long one is still put aside. */
  asideFor(name: string): number;
}

export const transportChoice = (preferred: string[], url: string, settings: Settings): TransportChoice => {
  const { clock, connectTimeout, putAsideMin, putAsideMax } = settings;
  /** What was not tried in vain since something worked. */
  let left = preferred;
  let pinned: string | undefined;
  let working: string | undefined;
  let rounds = 0;

  const healthOf = (name: string): Health => (known[name + url] ??= { failures: 0, cuts: 0, until: 0 });
  const asideFor = (name: string): number => Math.max(0, healthOf(name).until - clock.now());
  const forget = (name: string): boolean => delete known[name + url];
  const lived = (name: string, ms: number): boolean => ms >= LASTED && forget(name);
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
  const rank = (name: string): number => (name === pinned ? -2 : asideFor(name) || -Number(name === working));
  const best = (names: string[]): string | undefined =>
    names.reduce<string | undefined>((one, other) => (one && rank(one) <= rank(other) ? one : other), undefined);

  return {
    next: () => best(left)!,
    patience: () => Math.min(connectTimeout, (connectTimeout / preferred.length) * 2 ** rounds),
    worked(name) {
      working = name;
      left = preferred;
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
      left = left.filter((other) => other !== name);
      if (left[0]) {
        return true;
      }
      left = preferred;
      rounds++;
      preferred.forEach(forget);
      return false;
    },
    pin(name) {
      pinned = name;
    },
    better: (current) => (current === pinned ? undefined : best(preferred.slice(0, preferred.indexOf(current)))),
    asideFor,
  };
};
