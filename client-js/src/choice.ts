// SPDX-License-Identifier: Apache-2.0
import type { Settings } from './options.js';
import type { ClientTransport } from './transport.js';

/** A connection that has lived so long was not cut by what kills all of its kind. */
export const LASTED = 30e3;

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
  next(): ClientTransport;
  /** How long to wait for it, so that all can be tried within the time for connecting; longer after each round in vain. */
  patience(): number;
  /** A message has made the round trip on it. */
  worked(one: ClientTransport): void;
  /** A connection of it has lasted: whatever was wrong is over. */
  lasted(one: ClientTransport): void;
  /** A connection that worked was cut; returns whether it is put aside now, since that was soon and not for the first time. */
  cut(one: ClientTransport, lived: number): boolean;
  /** Puts it aside, for a time that doubles with each failure. */
  putAside(one: ClientTransport): void;
  /**
   * It has failed before a message made the round trip.
   *
   * @returns whether another can be tried at once; false when all have failed since the last that worked, which says more of
   *   the server than of the transports
   */
  failed(one: ClientTransport): boolean;
  /** Keeps to a transport until it fails. */
  pin(one: ClientTransport): void;
  /** One that is preferred to the one that works now, and is not put aside. */
  better(current: ClientTransport): ClientTransport | undefined;
  /** After how long there may be a better one; infinite for never. */
  betterIn(current: ClientTransport): number;
}

export const transportChoice = (preferred: ClientTransport[], url: string, settings: Settings): TransportChoice => {
  const { clock, connectTimeout, putAsideMin, putAsideMax } = settings;
  let inVain: ClientTransport[] = [];
  let pinned: ClientTransport | undefined;
  let working: ClientTransport | undefined;
  let rounds = 0;

  const healthOf = ({ name }: ClientTransport): Health =>
    (known[name + url] ??= { failures: 0, cuts: 0, until: 0 });
  const asideFor = (one: ClientTransport): number => Math.max(0, healthOf(one).until - clock.now());
  const isFree = (one: ClientTransport): boolean => !asideFor(one);
  const lasted = ({ name }: ClientTransport): void => {
    delete known[name + url];
  };
  const putAside = (one: ClientTransport): void => {
    const health = healthOf(one);
    const bound = Math.min(putAsideMax, putAsideMin * 2 ** health.failures++);
    health.cuts = 0;
    health.until = clock.now() + bound * (1 - clock.random() / 4);
  };
  const failed = (one: ClientTransport): void => {
    pinned = one === pinned ? undefined : pinned;
    putAside(one);
  };
  const preferredTo = (current: ClientTransport): ClientTransport[] =>
    current === pinned ? [] : preferred.slice(0, preferred.indexOf(current));

  return {
    next() {
      const left = preferred.filter((one) => !inVain.includes(one));
      if (pinned && left.includes(pinned)) {
        return pinned;
      }
      if (working && left.includes(working) && isFree(working)) {
        return working;
      }
      return left.reduce((best, one) => (asideFor(one) < asideFor(best) ? one : best));
    },
    patience: () => Math.min(connectTimeout, (connectTimeout / preferred.length) * 2 ** rounds),
    worked(one) {
      working = one;
      inVain = [];
      rounds = 0;
    },
    lasted,
    cut(one, lived) {
      if (lived >= LASTED) {
        lasted(one);
        return false;
      }
      const health = healthOf(one);
      const isFailure = ++health.cuts >= CUTS_TO_FAIL || health.failures > 0;
      if (isFailure) {
        failed(one);
      }
      return isFailure;
    },
    putAside,
    failed(one) {
      failed(one);
      inVain.push(one);
      const isAnotherLeft = inVain.length < preferred.length;
      if (!isAnotherLeft) {
        inVain = [];
        rounds++;
        preferred.forEach(lasted);
      }
      return isAnotherLeft;
    },
    pin(one) {
      pinned = one;
    },
    better: (current) => preferredTo(current).find(isFree),
    betterIn: (current) => Math.min(...preferredTo(current).map(asideFor)),
  };
};
