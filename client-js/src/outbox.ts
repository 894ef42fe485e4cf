// SPDX-License-Identifier: Apache-2.0
import { type Envelope, envelope } from './envelope.js';
import { type ErrorCode, WherryError } from './errors.js';
import { Message } from './message.js';

/** One thing to be sent. */
export interface Sent {
  envelope: Envelope;
  /** Its number, from when it is first sent; it keeps it when it is sent again. */
  number?: number | undefined;
  /** Whether it subscribes again what a lost channel had subscribed: it is made anew for each channel. */
  renews?: boolean;
  /** The server has answered it, or has a thing that is not answered. */
  done(answer: Message): void;
  /** The server has refused it, or it will never arrive. */
  failed(reason: WherryError): void;
}

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
  /** What was sent and is not acknowledged, and what waits, in order. */
  let queue: Sent[] = [];
  /** How many of those were sent on this connection. */
  let sentNow = 0;
  const unanswered = new Map<number | undefined, Sent>();
  let lastNumber = 0;
  let size = 0;

  const add = (one: Sent): void => {
    queue.push(one);
    size += one.envelope.message.size;
  };
  const setQueue = (now: Sent[]): void => {
    queue = [];
    size = 0;
    now.forEach(add);
  };
  const sendAgain = (): void => {
    sentNow = 0;
  };
  const acknowledged = (number: number): void => {
    while (queue[0]?.number! <= number) {
      const first = queue.shift()!;
      const { kind, message } = first.envelope;
      size -= message.size;
      sentNow -= +(sentNow > 0);
      if (!'qpsu'.includes(kind)) {
        unanswered.delete(first.number);
        first.done(message);
      }
    }
  };
  return {
    add,
    addFirst: (one) => setQueue([one, ...queue]),
    abandon(one) {
      unanswered.delete(one.number);
      setQueue(queue.filter((other) => other !== one || one.number));
    },
    next() {
      const next = queue[sentNow];
      if (next) {
        sentNow++;
        if (!next.number) {
          next.number = ++lastNumber;
          unanswered.set(lastNumber, next);
        }
        return { ...next.envelope, id: '' + next.number };
      }
      return undefined;
    },
    isEmpty: () => !queue[0],
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
      queue.forEach((one) => {
        unanswered.delete(one.number);
        one.number = undefined;
      });
    },
    beginAnew(reason, isEnd) {
      const open = [...unanswered.values()];
      const fresh = queue.filter((one) => !one.number && !'re'.includes(one.envelope.kind));
      const all = [...open, ...fresh].filter((one) => !one.renews);
      const isKept = (one: Sent): boolean => !isEnd && (!one.number || 'su'.includes(one.envelope.kind));
      const lost = all.filter((one) => !isKept(one));
      unanswered.clear();
      setQueue(all.filter(isKept));
      sentNow = lastNumber = 0;
      queue.forEach((one) => (one.number = undefined));
      lost.forEach((one) => one.failed(reason));
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
): Sent => ({ envelope: envelope(kind, name, argument, message), done, failed });
