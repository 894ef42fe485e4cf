// SPDX-License-Identifier: Apache-2.0
import { type Envelope, envelope } from './envelope.js';
import { type ErrorCode, WherryError } from './errors.js';
import { Message } from './message.js';

/** One thing to be sent. */
export interface Sent {
  envelope: Envelope;
  /** Its number, from when it is first sent; it keeps it when it is sent again. */
  number: number;
  /** The server has answered it, or has a thing that is not answered. */
  done(answer: Message): void;
  /** The server has refused it, or it will never arrive. */
  failed(reason: WherryError): void;
}

const isAnswered = ({ envelope }: Sent): boolean => 'qpsu'.includes(envelope.kind);

/** Whether sending it on a new channel does no harm when the lost one has applied it too. */
const isRepeatable = ({ envelope }: Sent): boolean => 'su'.includes(envelope.kind);

/** What a client sends: what waits for a connection, for the server's acknowledgement, and for an answer. */
export interface Outbox {
  add(one: Sent): void;
  /** Adds what goes before everything that waits. */
  addFirst(one: Sent): void;
  /** Takes out what is not needed any more; where it was sent already, its answer will be ignored. */
  abandon(one: Sent): void;
  /** Takes the next that waits, to be sent. */
  next(): Envelope | undefined;
  /** Whether everything was sent and acknowledged. */
  isEmpty(): boolean;
  /** The bytes of payload that wait or are not acknowledged. */
  size(): number;
  /** Drops what the server has. */
  acknowledged(number: number): void;
  /** The server has answered a number, or refused it; returns whether anybody waited for that. */
  answered(answer: Envelope): boolean;
  /** Lets everything be sent again that is not acknowledged, under the same numbers: the connection is gone. */
  sendAgain(): void;
  /** The server will apply nothing more than what it has applied up to a number: the rest waits, as if it had never been sent. */
  appliedUpTo(number: number): void;
  /**
   * Begins to number anew, for a new channel or for none. What was sent on the lost one and has no answer fails, for nobody knows
   * whether it was applied, and replies go nowhere; what was never sent waits on, and so does what does no harm when it is
   * repeated; all fails at the end.
   */
  beginAnew(reason: WherryError, isEnd?: boolean): void;
}

export const outbox = (): Outbox => {
  let waiting: Sent[] = [];
  let unacknowledged: Sent[] = [];
  const unanswered = new Map<number, Sent>();
  let lastNumber = 0;
  let size = 0;

  const count = (one: Sent, sign = 1): void => {
    size += sign * one.envelope.message.size;
  };
  const setWaiting = (now: Sent[]): void => {
    waiting = now;
    size = 0;
    [...now, ...unacknowledged].forEach((one) => count(one));
  };
  const sendAgain = (): void => {
    waiting = [...unacknowledged, ...waiting];
    unacknowledged = [];
  };
  const acknowledged = (number: number): void => {
    for (const queue of [unacknowledged, waiting]) {
      while (queue[0]?.number && queue[0].number <= number) {
        const first = queue.shift()!;
        count(first, -1);
        if (!isAnswered(first)) {
          unanswered.delete(first.number);
          first.done(first.envelope.message);
        }
      }
    }
  };
  return {
    add(one) {
      waiting.push(one);
      count(one);
    },
    addFirst: (one) => setWaiting([one, ...waiting]),
    abandon(one) {
      unanswered.delete(one.number);
      setWaiting(waiting.filter((other) => other !== one || one.number));
    },
    next() {
      const next = waiting.shift();
      if (!next) {
        return undefined;
      }
      if (!next.number) {
        next.number = ++lastNumber;
        unanswered.set(lastNumber, next);
      }
      unacknowledged.push(next);
      return { ...next.envelope, id: '' + next.number };
    },
    isEmpty: () => !waiting.length && !unacknowledged.length,
    size: () => size,
    acknowledged,
    answered({ kind, name, argument, message }) {
      const one = unanswered.get(+name);
      unanswered.delete(+name);
      if (kind === 'r') {
        one?.done(message);
      } else {
        one?.failed(new WherryError((argument ?? 'internal') as ErrorCode, message.text()));
      }
      return !!one;
    },
    sendAgain,
    appliedUpTo(number) {
      sendAgain();
      acknowledged(number);
      waiting.forEach((one) => {
        unanswered.delete(one.number);
        one.number = 0;
      });
    },
    beginAnew(reason, isEnd) {
      sendAgain();
      const open = [...unanswered.values()];
      const fresh = waiting.filter((one) => !one.number && !'re'.includes(one.envelope.kind));
      const kept = isEnd ? [] : [...open.filter(isRepeatable), ...fresh];
      unanswered.clear();
      setWaiting(kept);
      lastNumber = 0;
      kept.forEach((one) => (one.number = 0));
      [...open, ...fresh].filter((one) => !kept.includes(one)).forEach((one) => one.failed(reason));
    },
  };
};

export const sent = (
  kind: string,
  name: string,
  message?: Message,
  argument?: string,
  done: Sent['done'] = () => {},
  failed: Sent['failed'] = () => {},
): Sent => ({ envelope: envelope(kind, name, argument, message), number: 0, done, failed });
