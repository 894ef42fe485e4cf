// SPDX-License-Identifier: Apache-2.0
import { bad } from './errors.js';

/** A place in the log, as text such as `k3f9x2-1052.2` (`docs/protocol.md`, section 1). */
export type Position = string;

/** The epoch of a position, and what orders it within that: 18 digits for each of its two numbers. */
const parse = (text: string): [epoch: string, order: string] => {
  const [, epoch, sequence, sub = ''] = /^([a-z\d]{1,16})-(\d{1,18})(?:\.(\d{1,18}))?$/.exec(text) ?? [];
  if (!epoch) {
    throw bad(text);
  }
  return [epoch, sequence!.padStart(18, '0') + sub.padStart(18, '0')];
};

/** Whether two positions belong to the same life of the log; only then one can be after the other. */
export const isSameEpoch = (a: Position, b: Position): boolean => parse(a)[0] === parse(b)[0];

/** Whether a position comes after another of the same epoch. */
export const isAfter = (a: Position, b: Position): boolean => isSameEpoch(a, b) && parse(a)[1] > parse(b)[1];

/** Whether whoever has reached a position has what is at another: it is of the same epoch and not after it. */
export const covers = (reached: Position | undefined, at: Position): boolean =>
  !!reached && isSameEpoch(reached, at) && !isAfter(at, reached);

/** Where reading a topic starts, in the form that travels. */
export type Start = 'now' | `after ${string}` | `last ${number}`;

/** The ways to start reading a topic. */
export const Start = {
  /** With the next message. */
  now: (): Start => 'now',
  /** With what comes after a position, as far as the topic keeps it; what it no longer keeps is told as a gap. */
  after: (at: Position): Start => (parse(at), `after ${at}`),
  /** With the last messages that the topic keeps, at most `count` of them. */
  last: (count: number): Start => `last ${count}`,
};
