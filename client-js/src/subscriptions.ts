// SPDX-License-Identifier: Apache-2.0
import type { Envelope } from './envelope.js';
import { Message } from './message.js';
import { type Sent, sent } from './outbox.js';
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
  /** Takes a message, unless it is closed. */
  tell: MessageListener;
  /** Whether the server has answered: from then on it hears live messages. */
  live?: boolean;
  lastHistory?: Position | undefined;
}

/** The topics that a channel reads, and who listens. */
export interface Subscriptions {
  add(topic: string, one: Listening): void;
  /** Takes a listener off; returns whether it was the last of its topic. */
  remove(topic: string, one: Listening): boolean;
  /** The server has answered the first subscription of a topic that is being answered. */
  answered(topic: string): void;
  /** Takes a message: a live one for all of its topic, history for whom is being answered. */
  received(envelope: Envelope): void;
  /**
   * Gives what subscribes again, on a new channel, to what the server has confirmed: after the position at which the old one was
   * lost, or where the channel before that one was lost, had its renewal not been answered.
   */
  renew(lostAt: Position | undefined, failed: (topic: string) => void): Sent[];
}

/** The listeners of one topic, and whose subscriptions are being answered, in order; nobody's where it is renewed for all. */
interface Topic {
  listeners: Set<Listening>;
  answering: (Listening | undefined)[];
  /** How far all have come by the answer to a renewal, or before the channel was lost. */
  lastHistory?: Position | undefined;
}

export const subscriptions = (): Subscriptions => {
  const topics = new Map<string, Topic>();

  const answered = (name: string): void => {
    const topic = topics.get(name);
    const first = topic?.answering.shift();
    if (first) {
      first.live = true;
    } else if (topic) {
      topic.lastHistory = undefined;
    }
  };
  const liveOf = (topic: Topic): Listening[] => [...topic.listeners].filter((one) => one.live);
  return {
    add(name, one) {
      const topic = topics.get(name) ?? { listeners: new Set(), answering: [] };
      topics.set(name, topic);
      topic.listeners.add(one);
      topic.answering.push(one);
    },
    remove(name, one) {
      const topic = topics.get(name);
      const isLast = !!topic?.listeners.delete(one) && !topic.listeners.size;
      if (isLast && !topic!.answering.length) {
        topics.delete(name);
      }
      return isLast;
    },
    answered,
    received({ kind, name, argument, message }) {
      const topic = topics.get(name);
      if (!topic) {
        return;
      }
      const { answering } = topic;
      let told = message.withKey(argument);
      let to = liveOf(topic);
      if (kind === 'y') {
        const [one] = answering;
        const holder = one ?? topic;
        const [at, key] = argument!.split(' ') as [Position, string?];
        if (!answering.length || covers(holder.lastHistory, at)) {
          return;
        }
        holder.lastHistory = at;
        told = new Message(message.format, message.bytes(), at, key);
        to = one ? [one] : to;
      }
      to.forEach((one) => one.tell(told));
    },
    renew(lostAt, failed) {
      const renewals: Sent[] = [];
      topics.forEach((topic, name) => {
        topic.answering = topic.answering.filter((one) => one);
        if (liveOf(topic).length) {
          topic.answering.unshift(undefined);
          const after = (topic.lastHistory ??= lostAt);
          const done = (): void => answered(name);
          const one = sent('s', name, undefined, after ? Start.after(after) : 'now', done, () => {
            done();
            failed(name);
          });
          one.renews = true;
          renewals.push(one);
        }
      });
      return renewals;
    },
  };
};
