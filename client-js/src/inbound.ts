// SPDX-License-Identifier: Apache-2.0
import type { Handler, RequestHandler } from './channel.js';
import type { Inner } from './client-channel.js';
import { type Envelope, envelope, positionOf } from './envelope.js';
import { type ErrorCode, isFinal, WherryError } from './errors.js';
import { Message } from './message.js';
import { sent } from './outbox.js';
import { covers, type Position } from './position.js';

/** Messages that a reader has missed and cannot get any more. */
export interface Gap {
  /** The topic, `*` for all. */
  topic: string;
  /** The topic dropped them; the log began anew; the channel was lost, and what was sent to it alone. */
  reason: 'overrun' | 'epoch' | 'channel';
  /** The position of the last message that is missing, where that is known. */
  upTo?: Position | undefined;
}

/** After so many envelopes that the server keeps for this channel, their arrival is reported. */
const ACKNOWLEDGE_EVERY = 32;

/** How many messages wait for a handler that is not set yet. */
const MAX_HELD = 256;

/** What a server sends on a channel, taken in the order of the positions, each once. */
export interface Inbound {
  received(envelope: Envelope): void;
  /** No more is at hand. */
  heard(): void;
  /** Tells the server what has arrived: now, or where something waits for that. */
  report(ifOwed?: boolean): void;
  /** What was not reported need not be: it will be with the position. */
  disconnected(): void;
  /** The channel is another. */
  beginAnew(): void;
  onMessage(name: string, handler: Handler): void;
  onRequest(name: string, handler: RequestHandler): void;
}

export const inbound = (channel: Inner): Inbound => {
  const messageHandlers = new Map<string, Handler>();
  const requestHandlers = new Map<string, RequestHandler>();
  const gapsTold = new Map<string, Position>();
  let held: Envelope[] = [];
  let unreported = 0;

  const report = (ifOwed?: boolean): void => {
    if (channel.position && (unreported || !ifOwed)) {
      channel.tell(envelope('a', channel.position));
    }
    unreported = 0;
  };

  const message = (got: Envelope): void => {
    const handler = messageHandlers.get(got.name);
    if (handler) {
      channel.dispatch(() => handler(got.message, channel.outer));
    } else if (held.length < MAX_HELD) {
      held.push(got);
    } else {
      console.warn('wherry: no handler', got.name);
    }
  };

  const request = ({ id, name, message }: Envelope): void => {
    const channelId = channel.id;
    channel.dispatch(async () => {
      let reply;
      let error: ErrorCode | undefined;
      try {
        const handler = requestHandlers.get(name);
        if (!handler) {
          throw new WherryError('unknown-handler', 'handler: ' + name);
        }
        reply = Message.of(await handler(message, channel.outer));
        channel.checkSize(reply);
      } catch (e) {
        // A failure that is not ours says nothing to the other side.
        const ours = e instanceof WherryError && e;
        error = ours ? ours.code : 'internal';
        reply = Message.of(ours ? ours.message : 'the handler failed');
        if (!ours) {
          console.error(e);
        }
      }
      if (channel.id === channelId) {
        channel.give(sent(error ? 'e' : 'r', id, reply, error));
      }
    });
  };

  /** Tells of a gap, unless it was told, or was filled by what another connection brought. */
  const gap = ({ id, name, argument }: Envelope, reached: Position | undefined): void => {
    const [reason, upTo] = argument!.split(' ') as [Gap['reason'], string?];
    // With a position it is part of the answer to a subscription, which may have begun before what was told to others.
    if (upTo && reason === 'overrun' && id === '-') {
      if (covers(reached, upTo) || covers(gapsTold.get(name), upTo)) {
        return;
      }
      gapsTold.set(name, upTo);
    }
    channel.notify('gap', { topic: name, reason, upTo });
  };

  return {
    received(got) {
      const { kind, name, argument } = got;
      const at = positionOf(got);
      const reached = channel.position;
      if (at) {
        if (covers(reached, at)) {
          return;
        }
        channel.position = at;
      }
      if ('my'.includes(kind)) {
        unreported += +(kind === 'y');
        channel.topics.received(got);
      } else if (kind === 'd') {
        unreported = ACKNOWLEDGE_EVERY;
        message(got);
      } else if (kind === 'q') {
        unreported = ACKNOWLEDGE_EVERY;
        request(got);
      } else if ('re'.includes(kind)) {
        unreported++;
        if (!channel.outbox.answered(got) && argument) {
          console.warn('wherry: refused', argument, got.message.text());
        }
      } else if (kind === 'g') {
        gap(got, reached);
      } else if (kind === 'a') {
        channel.acknowledged(+name);
      } else if (kind === 'h' && name === '?') {
        report();
        channel.tell(envelope('h', '!'));
      } else if (kind === 'x') {
        const reason = new WherryError(name as ErrorCode, got.message.text());
        const [wait, applied] = (argument ?? '').split(' ');
        if (isFinal(reason)) {
          channel.end(reason);
        } else {
          if (applied) {
            channel.outbox.appliedUpTo(+applied);
          }
          channel.comeBack(wait === 'now' ? 0 : +wait! >= 0 ? +wait! : undefined);
        }
      }
    },
    heard() {
      if (unreported >= ACKNOWLEDGE_EVERY) {
        report();
      }
    },
    report,
    disconnected() {
      unreported = 0;
    },
    beginAnew: () => gapsTold.clear(),
    onMessage(name, handler) {
      messageHandlers.set(name, handler);
      const before = held;
      held = [];
      before.forEach(message);
    },
    onRequest(name, handler) {
      requestHandlers.set(name, handler);
    },
  };
};
