// SPDX-License-Identifier: Apache-2.0
import type { Envelope } from './envelope.js';
import { Message } from './message.js';
import { type Outbox, type Sent, sent } from './outbox.js';
import { covers, type Position, Start } from './position.js';

export type MessageListener = (message: Message) => void;

/** A listener's stay on a topic. */
export interface Subscription {
  readonly topic: string;
  /** The head of the log, when the server has subscribed the channel; fails when it refuses. */
  readonly subscribed: Promise<Position>;
  /** Takes the listener off, which hears nothing more from now on; the last one of a topic ends the subscription. */
  close(): void;
}

/** One listener. */
export interface Listening {
  topic: string;
  /** What subscribes it, until the server has answered that: from then on it hears live messages. */
  by?: Sent | undefined;
  tell: MessageListener;
}

/** The topics that a channel reads, and who listens. */
export interface Subscriptions {
  add(one: Listening): void;
  /** Takes a listener off; returns whether it was the last of its topic. */
  remove(one: Listening): boolean;
  /** The server has answered what subscribes some listeners. */
  answered(by: Sent): void;
  /** Takes a message: a live one for all of its topic, history for whom is being answered. */
  received(envelope: Envelope): void;
  /** Subscribes again, on a new channel, to what the server has confirmed, after the position at which the old one was lost. */
  renew(lostAt: Position, failed: (topic: string) => void): void;
}

export const subscriptions = (outbox: Outbox): Subscriptions => {
  const all = new Set<Listening>();

  const answered = (by: Sent): void =>
    all.forEach((one) => {
      one.by = one.by === by ? undefined : one.by;
    });
  return {
    add: (one) => all.add(one),
    remove: (one) => all.delete(one) && ![...all].some(({ topic }) => topic === one.topic),
    answered,
    received({ kind, name, argument, message }) {
      let told = message.withKey(argument);
      let by: Sent | undefined;
      if (kind === 'y') {
        const [at, key] = argument!.split(' ') as [Position, string?];
        by = outbox.subscribing(name);
        if (!by || covers(by.reached, at)) {
          return;
        }
        by.reached = at;
        by.argument = Start.after(at); // Where it has to be sent again.
        told = new Message(message.format, message.bytes(), at, key);
      }
      all.forEach((one) => {
        if (one.topic === name && one.by === by) {
          one.tell(told);
        }
      });
    },
    renew(lostAt, failed) {
      const renewals: Record<string, Sent> = {};
      all.forEach((one) => {
        const { topic } = one;
        if (!one.by) {
          if (!renewals[topic]) {
            const by = sent('s', topic, undefined, Start.after(lostAt));
            by.done = () => answered(by);
            by.failed = () => {
              answered(by);
              failed(topic);
            };
            outbox.addFirst((renewals[topic] = by));
          }
          one.by = renewals[topic];
        }
      });
    },
  };
};
