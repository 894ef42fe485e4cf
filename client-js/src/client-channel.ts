// SPDX-License-Identifier: Apache-2.0
import type { Channel, State, TransportChange } from './channel.js';
import { type Connector, connector } from './connector.js';
import { type Envelope, envelope, positionOf, requireName } from './envelope.js';
import { WherryError } from './errors.js';
import { type Inbound, inbound } from './inbound.js';
import { type Content, Message } from './message.js';
import type { Settings } from './options.js';
import { type Outbox, outbox, type Sent, sent } from './outbox.js';
import type { Position, Start } from './position.js';
import { type Listening, type MessageListener, type Subscriptions, subscriptions } from './subscriptions.js';
import type { ClientTransport } from './transport.js';

type Notice = 'gap' | 'state' | 'transport' | 'close' | 'writable';

/** A channel as its own parts see it. */
export interface Inner {
  /** The channel as the application sees it. */
  readonly outer: Channel;
  readonly settings: Settings;
  id: string;
  position: Position | undefined;
  readonly outbox: Outbox;
  readonly topics: Subscriptions;
  readonly inbound: Inbound;
  /** What the welcome has told, or the settings say. */
  told: { heartbeat: number; lostAfter: number; maxMessage: number };
  /** Calls the application, after what is under way here; what it throws is no matter of ours. */
  dispatch(action: () => unknown): void;
  notify(notice: Notice, value?: unknown): void;
  /** A connection has brought its welcome; what it says first goes before everything else. */
  welcomed(transport: string, reason: string, welcome: Envelope, first: () => void): void;
  /** The connection is gone; another is on its way. Where it is only renewed in order, that is nothing to tell. */
  disconnected(inOrder?: boolean): void;
  /** Another connection carries the channel now: what the server has not acknowledged goes there too. */
  tookOver(transport: string, reason: string): void;
  /** The server has ended the channel, and says to come back with a new one, perhaps after a while. */
  comeBack(after: number | undefined): void;
  acknowledged(number: number): void;
  /** Sends what waits, as far as the connection takes it. */
  transmit(): void;
  /** Sends an envelope that is not kept, where there is a connection. */
  tell(envelope: Envelope): void;
  /** Takes a thing to be sent. */
  give(one: Sent): void;
  /** Throws where a message is larger than the server takes. */
  checkSize(message: Message): void;
  /** Ends the channel; the connection is closed after what was sent. */
  end(reason: WherryError): void;
}

/** Makes the client's side of a channel: its position, what it has sent, who listens, and the connection it has now. */
export const clientChannel = (
  url: string,
  settings: Settings,
  transports: ClientTransport[],
  watch: (connector: Connector) => () => void,
): Channel => {
  const { clock } = settings;
  const listeners: Partial<Record<Notice, (value: never) => void>> = {};
  /** What a listener that comes late is told at once. */
  const last: Partial<Record<Notice, unknown>> = {};
  let transport = '';
  let state: State = 'connecting';
  let ended: WherryError | undefined;
  let closing: Promise<void> | undefined;
  let wasFull = false;

  const isWritable = (): boolean => !ended && self.outbox.size() < settings.outboundHigh;

  const changeState = (now: State): void => {
    if (state !== now) {
      self.notify('state', (last.state = state = now));
    }
  };

  const changeTransport = (to: string, reason: string): void => {
    if (transport !== to) {
      const change: TransportChange = { from: transport, to, reason };
      transport = to;
      self.notify('transport', (last.transport = change));
    }
  };

  /** The server has a new channel for this client: what was the old one's alone is gone. */
  const channelLost = (): void => {
    self.topics.withdraw().forEach(self.outbox.abandon);
    self.outbox.beginAnew(new WherryError('unknown-channel', 'lost, perhaps applied'));
    self.inbound.beginAnew();
    self.topics
      .renew(self.position, (topic) => ended || self.notify('gap', { topic, reason: 'channel' }))
      .forEach(self.outbox.addFirst);
    self.notify('gap', { topic: '*', reason: 'channel' });
  };

  /** Says goodbye, when everything was sent, where the application has closed the channel. */
  const leave = (): void => {
    if (closing && !ended && (self.outbox.isEmpty() || !self.id)) {
      goodbye();
    }
  };
  const goodbye = (): void => {
    self.tell(envelope('x'));
    self.end(new WherryError('closed', 'closed'));
  };

  /** A promise that nobody needs to look at. */
  const quiet = <T>(promise: Promise<T>): Promise<T> => {
    promise.catch(() => {});
    return promise;
  };

  /** Takes a thing of the application's to be sent, where there is room for it. */
  const post = (
    kind: string,
    name: string,
    message?: Message,
    argument?: string,
    then?: (answer?: Message) => void,
    timeout?: number,
  ): Promise<Message> => {
    requireName(name);
    return quiet(new Promise<Message>((resolve, reject) => {
      let stopTimer = (): void => {};
      const one = sent(
        kind,
        name,
        message,
        argument,
        (answer) => {
          stopTimer();
          then?.(answer);
          resolve(answer);
        },
        (reason) => {
          stopTimer();
          then?.();
          reject(reason);
        },
      );
      if (timeout !== undefined) {
        stopTimer = clock.after(timeout, () => {
          self.outbox.abandon(one);
          one.failed(new WherryError('timeout', `no reply within ${timeout} ms`));
        });
      }
      if (message && self.outbox.size() + message.size > settings.maxUnacknowledged) {
        one.failed(new WherryError('too-many', 'unacknowledged: too much'));
      } else {
        self.give(one);
      }
    }));
  };

  /** Makes what sets a listener. */
  const on =
    (notice: Notice) =>
    (listener: (value: never) => void): Channel => {
      listeners[notice] = listener;
      if (notice in last) {
        self.notify(notice, last[notice]);
      }
      return self.outer;
    };

  const outer: Channel = {
    get id() {
      return self.id;
    },
    get transport() {
      return transport;
    },
    get state() {
      return state;
    },
    get position() {
      return self.position;
    },
    get isWritable() {
      return isWritable();
    },
    send: (to, content?: Content) => quiet(post('d', to, Message.of(content)).then(() => {})),
    request: (to, content?: Content, timeout = settings.requestTimeout) =>
      post('q', to, Message.of(content), undefined, undefined, timeout),
    publish(topic, content?: Content) {
      const message = Message.of(content);
      const { key } = message;
      return quiet(post('p', topic, message, key && requireName(key)).then((answer) => answer.text()));
    },
    subscribe(topic: string, start: Start | MessageListener, given?: MessageListener) {
      const listener = given ?? (start as MessageListener);
      let closed = false;
      const one: Listening = {
        tell: (message) => self.dispatch(() => closed || listener(message)),
      };
      self.topics.add(requireName(topic), one);
      const subscribed = post('s', topic, undefined, given ? (start as Start) : 'now', (answer) => {
        self.topics.answered(topic);
        if (!answer) {
          self.topics.remove(topic, one);
        }
      }).then((answer) => answer.text());
      return {
        topic,
        subscribed: quiet(subscribed),
        close() {
          closed = true;
          if (self.topics.remove(topic, one)) {
            self.give(sent('u', topic));
          }
        },
      };
    },
    onMessage(name, handler) {
      self.inbound.onMessage(requireName(name), handler);
      return outer;
    },
    onRequest(name, handler) {
      self.inbound.onRequest(requireName(name), handler);
      return outer;
    },
    onGap: on('gap'),
    onState: on('state'),
    onTransport: on('transport'),
    onClose: on('close'),
    onWritable: on('writable'),
    switchTo: (to) => quiet(new Promise<void>((resolve, reject) => connection.switchTo(to, resolve, reject))),
    close() {
      closing ??= new Promise((resolve) => {
        const stopTimer = clock.after(settings.closeTimeout, goodbye);
        whenClosed = () => {
          stopTimer();
          resolve();
        };
        if (ended) {
          whenClosed();
        }
      });
      leave();
      return closing;
    },
  };
  let whenClosed = (): void => {};

  const self: Inner = {
    outer,
    settings,
    id: '',
    position: undefined,
    outbox: outbox(),
    topics: subscriptions(),
    inbound: undefined as unknown as Inbound,
    told: settings,
    dispatch(action) {
      queueMicrotask(async () => {
        try {
          await action();
        } catch (e) {
          console.error(e);
        }
      });
    },
    notify(notice, value) {
      const listener = listeners[notice];
      if (listener) {
        self.dispatch(() => listener(value as never));
      }
    },
    welcomed(name, reason, welcome, first) {
      const isNew = welcome.argument !== 'resumed';
      const values = Object.fromEntries(
        welcome.message
          .text()
          .split('\n')
          .map((line) => line.split('=')),
      ) as Record<string, string>;
      const least = (own: number, key: string): number => Math.min(own, +values[key]! || own);
      const heartbeat = least(settings.heartbeat, 'heartbeat');
      self.told = {
        heartbeat,
        lostAfter: Math.max(least(settings.lostAfter, 'lost-after'), heartbeat * 1.5),
        maxMessage: least(settings.maxMessage, 'max-message'),
      };
      first();
      changeTransport(name, reason);
      if (isNew) {
        if (self.id) {
          channelLost();
        }
        self.position = positionOf(welcome);
      } else {
        self.acknowledged(+values['acked']!);
      }
      self.id = welcome.name;
      changeState('open');
      self.transmit();
    },
    disconnected(inOrder) {
      self.outbox.sendAgain();
      self.inbound.disconnected();
      if (!ended && !inOrder) {
        changeState(self.id ? 'reconnecting' : 'connecting');
      }
    },
    tookOver(name, reason) {
      changeTransport(name, reason);
      self.outbox.sendAgain();
      self.inbound.report();
      self.transmit();
    },
    comeBack: (after) => connection.comeBack(after),
    acknowledged(number) {
      self.outbox.acknowledged(number);
      if (wasFull && isWritable()) {
        wasFull = false;
        self.notify('writable');
      }
      leave();
    },
    transmit() {
      const attempt = connection.open();
      if (attempt) {
        while (attempt.isWritable()) {
          const next = self.outbox.next();
          if (!next) {
            break;
          }
          attempt.send(next);
        }
        leave();
      }
    },
    tell: (what) => connection.open()?.send(what),
    give(one) {
      try {
        self.checkSize(one.envelope.message);
        if (ended || closing) {
          throw ended ?? new WherryError('closed', 'closed');
        }
        self.outbox.add(one);
        wasFull ||= !isWritable();
        self.transmit();
      } catch (e) {
        one.failed(e as WherryError);
      }
    },
    checkSize({ size }) {
      const { maxMessage } = self.told;
      if (size > maxMessage) {
        throw new WherryError('too-large', `message: over ${maxMessage} bytes`);
      }
    },
    end(reason) {
      if (!ended) {
        ended = reason;
        unwatch();
        self.outbox.beginAnew(reason, true);
        changeState('closed');
        self.notify('close', (last.close = reason));
        connection.stop(() => whenClosed());
      }
    },
  };
  (self as { inbound: Inbound }).inbound = inbound(self);
  const connection = connector(self, url, transports);
  const unwatch = watch(connection);
  connection.connect();
  return outer;
};
