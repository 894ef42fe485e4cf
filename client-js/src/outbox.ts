// SPDX-License-Identifier: Apache-2.0
import { type Envelope, envelope } from './envelope.js';
import { type ErrorCode, WherryError } from './errors.js';
import type { Message } from './message.js';
import type { Position } from './position.js';

/** One thing to be sent. It gets its number when it is first sent, and keeps it when it is sent again. */
export interface Sent extends Envelope {
  /** How far a subscription has been answered. */
  reached?: Position;
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
  next(): Sent | undefined;
  /** Whether everything was sent and acknowledged. */
  isEmpty(): boolean;
  /** The bytes of payload that wait or are not acknowledged. */
  size(): number;
  /** Drops what the server has. */
  acknowledged(number: number): void;
  /** The server has answered a number, or refused it; returns whether anybody waited for that. */
  answered(answer: Envelope): boolean;
  /** The subscription to a topic that the server is answering. */
  subscribing(topic: string): Sent | undefined;
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

const NOT_SENT = '-';

export const outbox = (): Outbox => {
  /** What was sent and is not acknowledged, and what waits, in order. */
  let queue: Sent[] = [];
  /** How many of those were sent on this connection. */
  let sentNow = 0;
  /** By their numbers. */
  const unanswered = new Map<string, Sent>();
  let lastNumber = 0;
  let size = 0;

  const add = (one: Sent): void => {
    queue.push(one);
    size += one.message.size;
  };
  const sendAgain = (): void => {
    sentNow = 0;
  };
  const acknowledged = (number: number): void => {
    while (+queue[0]?.id! <= number) {
      const first = queue.shift()!;
      const { kind, id, message } = first;
      size -= message.size;
      sentNow -= +(sentNow > 0);
      if (!'qpsu'.includes(kind)) {
        unanswered.delete(id);
        first.done(message);
      }
    }
  };
  return {
    add,
    addFirst: (one) => queue.unshift(one),
    abandon(one) {
      unanswered.delete(one.id);
      if (one.id === NOT_SENT) {
        queue = queue.filter((other) => other !== one);
        size -= one.message.size;
      }
    },
    next() {
      const next = queue[sentNow];
      if (next) {
        sentNow++;
        if (next.id === NOT_SENT) {
          next.id = '' + ++lastNumber;
          unanswered.set(next.id, next);
        }
      }
      return next;
    },
    isEmpty: () => !queue[0],
    size: () => size,
    acknowledged,
    answered({ kind, name, argument, message }) {
      const one = unanswered.get(name);
      unanswered.delete(name);
      if (kind === 'r') {
        one?.done(message);
      } else {
        one?.failed(new WherryError((argument ?? 'internal') as ErrorCode, message.text()));
      }
      return !!one;
    },
    subscribing: (topic) => [...unanswered.values()].find(({ kind, name }) => kind === 's' && name === topic),
    sendAgain,
    appliedUpTo(number) {
      sendAgain();
      acknowledged(number);
      queue.forEach((one) => {
        unanswered.delete(one.id);
        one.id = NOT_SENT;
      });
    },
    beginAnew(reason, isEnd) {
      const all = new Set([...unanswered.values(), ...queue]);
      unanswered.clear();
      queue = [];
      size = sentNow = lastNumber = 0;
      all.forEach((one) => {
        if (isEnd || (one.id === NOT_SENT ? 're' : 'dqpre').includes(one.kind)) {
          one.failed(reason);
        } else {
          one.id = NOT_SENT;
          add(one);
        }
      });
    },
  };
};

export const sent = (kind: string, name: string, message?: Message, argument?: string): Sent => ({
  ...envelope(kind, name, argument, message),
  done() {},
  failed() {},
});
