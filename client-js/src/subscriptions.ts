// SPDX-License-Identifier: Apache-2.0
import type { Envelope } from './envelope.js';
import { Message } from './message.js';
import { covers, type Position } from './position.js';

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
  /** The topics that the server has confirmed, which a new channel must be subscribed to again; they count as being answered. */
  renew(): string[];
}

/** The listeners of one topic, and whose subscriptions are being answered, in order; nobody's where it is renewed for all. */
interface Topic {
  listeners: Listening[];
  answering: (Listening | undefined)[];
}

export const subscriptions = (): Subscriptions => {
  const topics = new Map<string, Topic>();
  return {
    add(name, one) {
      const topic = topics.get(name) ?? { listeners: [], answering: [] };
      topics.set(name, topic);
      topic.listeners.push(one);
      topic.answering.push(one);
    },
    remove(name, one) {
      const topic = topics.get(name);
      if (!topic?.listeners.includes(one)) {
        return false;
      }
      topic.listeners = topic.listeners.filter((other) => other !== one);
      if (!topic.listeners.length && !topic.answering.length) {
        topics.delete(name);
      }
      return !topic.listeners.length;
    },
    answered(name) {
      const first = topics.get(name)?.answering.shift();
      if (first) {
        first.live = true;
      }
    },
    received({ kind, name, argument, message }) {
      const topic = topics.get(name);
      const isHistory = kind === 'y';
      const one = isHistory && topic?.answering[0];
      if (one) {
        if (!covers(one.lastHistory, argument!)) {
          one.lastHistory = argument;
          one.tell(new Message(message.format, message.bytes(), argument));
        }
      } else if (topic && (!isHistory || topic.answering.length)) {
        const told = isHistory ? new Message(message.format, message.bytes(), argument) : message;
        topic.listeners.filter((other) => other.live).forEach((other) => other.tell(told));
      }
    },
    renew() {
      const names: string[] = [];
      topics.forEach((topic, name) => {
        topic.answering = topic.answering.filter((one) => one);
        if (topic.listeners.some((one) => one.live)) {
          topic.answering.unshift(undefined);
          names.push(name);
        }
      });
      return names;
    },
  };
};
