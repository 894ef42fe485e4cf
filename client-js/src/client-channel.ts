// SPDX-License-Identifier: Apache-2.0
import type { Channel, Gap, Handler, RequestHandler, State, TransportChange } from './channel.js';
import { timer } from './clock.js';
import { ACKNOWLEDGE_EVERY, connector } from './connector.js';
import { dispatch } from './dispatch.js';
import { type Envelope, envelope, requireName } from './envelope.js';
import { type ErrorCode, isFinal, late, tooLarge, WherryError } from './errors.js';
import { type Content, Message } from './message.js';
import type { Settings } from './options.js';
import { outbox, type Sent, sent } from './outbox.js';
import { covers, type Position, type Start } from './position.js';
import { type Listening, type MessageListener, subscriptions } from './subscriptions.js';
import type { Transport } from './transport.js';

/** How many messages wait for a handler that is not set yet. */
const MAX_HELD = 256;

const UNKNOWN_HANDLER = 'unknown-handler';

type Notice = 'gap' | 'state' | 'transport' | 'close' | 'writable';

/** What a handler replies. */
export const replyOf = async (handler: RequestHandler | undefined, message: Message, channel: Channel): Promise<Message> => {
  if (!handler) {
    throw new WherryError(UNKNOWN_HANDLER);
  }
  return Message.of(await handler(message, channel));
};

/** What the other side is told of a failure; one that is not ours says nothing to it. */
export const refusalOf = (e: unknown): WherryError => {
  if (e instanceof WherryError) {
    return e;
  }
  console.error(e);
  return new WherryError('internal');
};

/** A promise that nobody needs to look at. */
export const quiet = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => {});
  return promise;
};

/** Makes the client's side of a channel: its position, what it has sent, who listens, and the connection it has now. */
export const clientChannel = (url: string, settings: Settings, transports: Record<string, Transport>): Channel => {
  const { clock, closeTimeout } = settings;
  const queue = outbox();
  const topics = subscriptions(queue);
  const messageHandlers = new Map<string, Handler>();
  const requestHandlers = new Map<string, RequestHandler>();
  const gapsTold = new Map<string, Position>();
  const listeners: Partial<Record<Notice, (value: never) => void>> = {};
  /** What a listener that comes late is told at once. */
  const last: Partial<Record<Notice, unknown>> = {};
  const closeTimer = timer(clock);
  let id = '';
  let position: Position | undefined;
  let transport = '';
  let state: State = 'connecting';
  /** What the welcome has told, or the settings say. */
  let told: { heartbeat: number; lostAfter: number; maxMessage: number } = settings;
  let held: Envelope[] = [];
  /** How many envelopes that the server keeps for this channel have come since their arrival was reported. */
  let unreported = 0;
  let ended: WherryError | undefined;
  let closing = false;
  let gone!: () => void;
  const whenGone = new Promise<void>((resolve) => {
    gone = () => {
      closeTimer();
      resolve();
    };
  });
  let wasFull = false;

  const isWritable = (): boolean => !ended && queue.size() < settings.outboundHigh;

  // ---- what the application is told

  const notify = (notice: Notice, value?: unknown): void => {
    const listener = listeners[notice];
    dispatch(() => listener?.(value as never));
  };

  const changeState = (now: State): void => {
    if (state !== now) {
      notify('state', (last.state = state = now));
    }
  };

  const changeTransport = (to: string, reason: string): void => {
    if (transport !== to) {
      notify('transport', (last.transport = { from: transport, to, reason } satisfies TransportChange));
      transport = to;
    }
  };

  /** Makes what sets a listener. */
  const on =
    (notice: Notice) =>
    (listener: (value: never) => void): Channel => {
      listeners[notice] = listener;
      if (notice in last) {
        notify(notice, last[notice]);
      }
      return outer;
    };

  // ---- what is sent

  /** Sends an envelope that is not kept, where there is a connection. */
  const tell = (what: Envelope): void => connection.open()?.send(what);

  /** Sends what waits, as far as the connection takes it. */
  const transmit = (): void => {
    const open = connection.open();
    let next;
    while (open?.hasRoom() && (next = queue.next())) {
      open.send(next);
    }
    leave();
  };

  const checkSize = ({ size }: Message): void => {
    if (size > told.maxMessage) {
      throw tooLarge(told.maxMessage);
    }
  };

  /** Takes a thing to be sent. */
  const give = (one: Sent): void => {
    try {
      checkSize(one.message);
      if (ended || closing) {
        throw ended ?? new WherryError('closed');
      }
      queue.add(one);
      wasFull ||= !isWritable();
      transmit();
    } catch (e) {
      one.failed(e as WherryError);
    }
  };

  /** Takes a thing of the application's to be sent; a promise of what becomes of it. */
  const post = <T>(
    one: Sent,
    valueOf: (answer: Message) => T,
    timeout?: number,
    then?: (answer?: Message) => void,
  ): Promise<T> =>
    quiet(
      new Promise<T>((resolve, reject) => {
        const limit = timer(clock);
        one.done = (answer) => {
          limit();
          then?.(answer);
          resolve(valueOf(answer));
        };
        one.failed = (reason) => {
          limit();
          then?.();
          reject(reason);
        };
        if (timeout !== undefined) {
          limit(timeout, () => {
            queue.abandon(one);
            one.failed(late(timeout));
          });
        }
        if (queue.size() + one.message.size > settings.maxUnacknowledged) {
          one.failed(new WherryError('too-many'));
        } else {
          give(one);
        }
      }),
    );

  const textOf = (answer: Message): string => answer.text();

  const acknowledged = (number: number): void => {
    queue.acknowledged(number);
    if (wasFull && isWritable()) {
      wasFull = false;
      notify('writable');
    }
    leave();
  };

  /** Says goodbye, when everything was sent, where the application has closed the channel. */
  const leave = (): void => {
    if (closing && !ended && (queue.isEmpty() || !id)) {
      goodbye();
    }
  };
  const goodbye = (): void => {
    tell(envelope('x'));
    end(new WherryError('closed'));
  };

  /** Ends the channel; the connection is closed after what was sent. */
  const end = (reason: WherryError): void => {
    if (!ended) {
      ended = reason;
      queue.beginAnew(reason, true);
      changeState('closed');
      notify('close', (last.close = reason));
      closeTimer(closeTimeout, gone);
      connection.stop(gone);
    }
  };

  // ---- what comes, in the order of the positions, each once

  const report = (least = 0): void => {
    if (position && unreported >= least) {
      tell(envelope('a', position));
      unreported = 0;
    }
  };

  const direct = (got: Envelope): void => {
    const handler = messageHandlers.get(got.name);
    if (handler) {
      dispatch(() => handler(got.message, outer));
    } else if (held.length < MAX_HELD) {
      held.push(got);
    } else {
      console.warn(UNKNOWN_HANDLER, got.name);
    }
  };

  const asked = ({ id: number, name, message }: Envelope): void => {
    const channelId = id;
    dispatch(async () => {
      let reply;
      try {
        reply = sent('r', number, await replyOf(requestHandlers.get(name), message, outer));
        checkSize(reply.message);
      } catch (e) {
        const refusal = refusalOf(e);
        reply = sent('e', number, Message.of(refusal.message), refusal.code);
      }
      if (id === channelId) {
        give(reply);
      }
    });
  };

  /** Tells of a gap, unless it was told, or was filled by what another connection brought. */
  const gap = ({ id: at, name, argument }: Envelope, reached: Position | undefined): void => {
    const [reason, upTo] = argument!.split(' ') as [Gap['reason'], string?];
    // With a position it is part of the answer to a subscription, which may have begun before what was told to others.
    if (upTo && reason === 'overrun' && at === '-') {
      if (covers(reached, upTo) || covers(gapsTold.get(name), upTo)) {
        return;
      }
      gapsTold.set(name, upTo);
    }
    notify('gap', { topic: name, reason, upTo });
  };

  const received = (got: Envelope): void => {
    const { kind, name, argument, message } = got;
    const at = message.position;
    const reached = position;
    if (at) {
      if (covers(reached, at)) {
        return;
      }
      position = at;
    }
    unreported += 'dq'.includes(kind) ? ACKNOWLEDGE_EVERY : +'yre'.includes(kind);
    if ('my'.includes(kind)) {
      topics.received(got);
    } else if (kind === 'd') {
      direct(got);
    } else if (kind === 'q') {
      asked(got);
    } else if ('re'.includes(kind)) {
      if (!queue.answered(got) && argument) {
        console.warn(argument, message.text());
      }
    } else if (kind === 'g') {
      gap(got, reached);
    } else if (kind === 'a') {
      acknowledged(+name);
    } else if (kind === 'h' && name === '?') {
      report();
      tell(envelope('h', '!'));
    } else if (kind === 'x') {
      const reason = new WherryError(name as ErrorCode, message.text());
      const [wait, applied] = (argument ?? '').split(' ');
      if (isFinal(reason)) {
        end(reason);
      } else {
        if (applied) {
          queue.appliedUpTo(+applied);
        }
        connection.comeBack(wait === 'now' ? 0 : parseInt(wait!));
      }
    }
  };

  /** The server has a new channel for this client: what was the old one's alone is gone. */
  const channelLost = (): void => {
    queue.beginAnew(new WherryError('unknown-channel'));
    gapsTold.clear();
    topics.renew(position!, (topic) => ended || notify('gap', { topic, reason: 'channel' }));
    notify('gap', { topic: '*', reason: 'channel' });
  };

  const outer: Channel = {
    get id() {
      return id;
    },
    get transport() {
      return transport;
    },
    get state() {
      return state;
    },
    get position() {
      return position;
    },
    get isWritable() {
      return isWritable();
    },
    send: (to, content?: Content) => post(sent('d', requireName(to), Message.of(content)), () => {}),
    request: (to, content?: Content, timeout = settings.requestTimeout) =>
      post(sent('q', requireName(to), Message.of(content)), (answer) => answer, timeout),
    publish(topic, content?: Content) {
      const message = Message.of(content);
      const { key } = message;
      return post(sent('p', requireName(topic), message, key && requireName(key)), textOf);
    },
    subscribe(topic: string, start: Start | MessageListener, given?: MessageListener) {
      const by = sent('s', requireName(topic), undefined, given ? (start as Start) : 'now');
      const listener = given ?? (start as MessageListener);
      let closed = false;
      const one: Listening = {
        topic,
        by,
        tell: (message) => dispatch(() => closed || listener(message)),
      };
      topics.add(one);
      return {
        topic,
        subscribed: post(by, textOf, undefined, (answer) => {
          topics.answered(by);
          if (!answer) {
            topics.remove(one);
          }
        }),
        close() {
          closed = true;
          if (topics.remove(one)) {
            give(sent('u', topic));
          }
        },
      };
    },
    onMessage(name, handler) {
      const before = held;
      messageHandlers.set(requireName(name), handler);
      held = [];
      before.forEach(direct);
      return outer;
    },
    onRequest(name, handler) {
      requestHandlers.set(requireName(name), handler);
      return outer;
    },
    onGap: on('gap'),
    onState: on('state'),
    onTransport: on('transport'),
    onClose: on('close'),
    onWritable: on('writable'),
    switchTo: (to) => quiet(new Promise<void>((resolve, reject) => connection.moveTo(to, resolve, reject))),
    close() {
      if (!closing && !ended) {
        closing = true;
        closeTimer(closeTimeout, goodbye);
        leave();
      }
      return whenGone;
    },
  };

  const connection = connector(
    {
      settings,
      position: () => position,
      told: () => told,
      received,
      report,
      transmit,
      end,
      welcomed(name, reason, { argument, message, name: channelId }) {
        const values = new URLSearchParams(message.text().replaceAll('\n', '&'));
        const least = (own: number, key: string): number => Math.min(own, +values.get(key)! || own);
        const heartbeat = least(settings.heartbeat, 'heartbeat');
        told = {
          heartbeat,
          lostAfter: Math.max(least(settings.lostAfter, 'lost-after'), heartbeat * 1.5),
          maxMessage: least(settings.maxMessage, 'max-message'),
        };
        changeTransport(name, reason);
        if (argument === 'resumed') {
          acknowledged(+values.get('acked')!);
        } else {
          if (id) {
            channelLost();
          }
          position = message.position;
        }
        id = channelId;
        changeState('open');
        transmit();
      },
      disconnected(inOrder) {
        queue.sendAgain();
        unreported = 0;
        if (!ended && !inOrder) {
          changeState(id ? 'reconnecting' : 'connecting');
        }
      },
      tookOver(name, reason) {
        changeTransport(name, reason);
        queue.sendAgain();
        report();
        transmit();
      },
    },
    url,
    transports,
  );
  return outer;
};
