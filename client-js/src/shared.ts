// SPDX-License-Identifier: Apache-2.0
import type { Channel, Handler, RequestHandler } from './channel.js';
import { quiet, replyOf } from './client-channel.js';
import { type Ask, type Copy, copyOf, errorOf, failureOf, messageOf, type Standing, type Tell } from './copies.js';
import { dispatch } from './dispatch.js';
import { WherryError } from './errors.js';
import { connect } from './index.js';
import { type Content, Message } from './message.js';
import type { Options } from './options.js';
import { Start } from './position.js';
import type { MessageListener } from './subscriptions.js';

// Tabs that share one channel: it lives in a SharedWorker, which runs this same script (`tabs.ts`); each tab has a stand-in for it.

const canBeCopied = (options: Options): boolean => {
  try {
    structuredClone(options);
    return true;
  } catch {
    return false;
  }
};

/** A subscription of this tab's. */
interface Listening {
  topic: string;
  start: Start;
  listener: MessageListener;
}

/**
 * Opens a channel that this tab shares with all tabs of the same origin that ask for the same: one connection for all of them.
 * What the server sends to the channel reaches every tab that has a handler for it; what it asks is answered by the tab that
 * has set its handler last. Closing it closes this tab's part; the last one closes the channel.
 *
 * Where there is no `SharedWorker`, the server is of another origin, or an option cannot be copied, such as a function, the
 * channel is this tab's own.
 *
 * @param url the server's path, such as `/wherry`
 */
export const connectShared = (url: string | URL = '/wherry', options: Options = {}): Channel => {
  const absolute = new URL(url, globalThis.location?.href).href.replace(/\/$/, '');
  const script = new URL(absolute + '/shared.js');
  if (!globalThis.SharedWorker || script.origin !== location.origin || !canBeCopied(options)) {
    return connect(url, options);
  }
  const worker = new SharedWorker(script, { name: `wherry ${absolute} ${JSON.stringify(options)}` });
  const { port } = worker;
  const waiting = new Map<number, { done(value?: string | Copy): void; failed(why: WherryError): void }>();
  const listening = new Map<number, Listening>();
  const handlers = new Map<string, Handler>();
  const requestHandlers = new Map<string, RequestHandler>();
  const listeners: Partial<Record<Tell['tell'], (value: never) => void>> = {};
  const last: Partial<Record<Tell['tell'], unknown>> = {};
  let standing: Standing = { id: '', transport: '', state: 'connecting', position: undefined, isWritable: true };
  const patience = (options.lostAfter ?? 40e3) * 4;
  let beats: ReturnType<typeof setInterval> | undefined;
  let release = (): void => {};
  let lastId = 0;
  let closed: WherryError | undefined;

  const ask = (what: Ask): void => port.postMessage(what);
  const call = <T extends string | Copy | void>(make: (id: number) => Ask): Promise<T> => {
    return quiet(new Promise<T>((resolve, reject) => {
      if (closed) {
        reject(closed);
      } else {
        const id = ++lastId;
        waiting.set(id, { done: resolve as (value?: string | Copy) => void, failed: reject });
        ask(make(id));
      }
    }));
  };
  const notify = (kind: Tell['tell'], value?: unknown): void => {
    const listener = listeners[kind];
    dispatch(() => listener?.(value as never));
  };
  const end = (why: WherryError): void => {
    if (!closed) {
      closed = why;
      beQuiet();
      removeEventListener('pagehide', hidden);
      removeEventListener('pageshow', shown);
      document.removeEventListener('visibilitychange', seen);
      standing = { ...standing, state: 'closed', isWritable: false };
      waiting.forEach(({ failed }) => failed(why));
      waiting.clear();
      notify('state', (last.state = 'closed'));
      notify('close', (last.close = why));
    }
  };

  const answer = async (name: string, id: number, message: Message): Promise<void> => {
    try {
      ask({ ask: 'reply', id, copy: copyOf(await replyOf(requestHandlers.get(name), message, channel)) });
    } catch (e) {
      ask({ ask: 'reply', id, failure: failureOf(e) });
    }
  };

  port.onmessage = ({ data }: MessageEvent<Tell>) => {
    if (closed) {
      return;
    }
    standing = data.standing ?? standing;
    if (data.tell === 'done') {
      const one = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.failure) {
        one?.failed(errorOf(data.failure));
      } else {
        one?.done(data.value);
      }
    } else if (data.tell === 'news') {
      const one = listening.get(data.id);
      if (one) {
        const message = messageOf(data.copy);
        // Where this tab goes on when it was put away.
        one.start = message.position ? Start.after(message.position) : one.start;
        dispatch(() => one.listener(message));
      }
    } else if (data.tell === 'message') {
      const handler = handlers.get(data.name);
      dispatch(() => handler?.(messageOf(data.copy), channel));
    } else if (data.tell === 'request') {
      void answer(data.name, data.id, messageOf(data.copy));
    } else if (data.tell === 'again') {
      open();
    } else if (data.tell === 'close') {
      end(errorOf(data.value));
    } else if (data.tell !== 'state' || last.state !== data.value) {
      if (data.tell === 'transport' || (data.tell === 'state' && data.value !== 'connecting')) {
        last[data.tell] = data.value;
      }
      notify(data.tell, data.value);
    }
  };
  worker.onerror = () => end(new WherryError('unavailable', 'no ' + script));

  /** Lets the worker find out when this tab is gone without a word, as one that has crashed. */
  const live = (): void => {
    beQuiet();
    if (navigator.locks) {
      const lock = 'wherry ' + Math.random();
      void navigator.locks.request(lock, () => {
        ask({ ask: 'alive', lock });
        return new Promise<void>((done) => (release = done));
      });
    } else {
      const beat = (): void => ask({ ask: 'alive', patience });
      beat();
      beats = setInterval(beat, patience / 8);
    }
  };
  const beQuiet = (): void => {
    release();
    clearInterval(beats);
  };
  const open = (): void => {
    ask({ ask: 'open', url: absolute, options });
    live();
    listening.forEach(({ topic, start }, id) => ask({ ask: 'subscribe', id, topic, start }));
    handlers.forEach((_, name) => ask({ ask: 'handle', name, isRequest: false }));
    requestHandlers.forEach((_, name) => ask({ ask: 'handle', name, isRequest: true }));
  };
  const hidden = (): void => {
    ask({ ask: 'bye' });
    beQuiet();
  };
  const shown = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) {
      open();
    }
  };
  const seen = (): void => {
    if (document.visibilityState === 'visible') {
      ask({ ask: 'event', type: 'visibilitychange' });
    }
  };
  addEventListener('pagehide', hidden);
  addEventListener('pageshow', shown);
  document.addEventListener('visibilitychange', seen);

  const on =
    (kind: Tell['tell']) =>
    (listener: (value: never) => void): Channel => {
      listeners[kind] = listener;
      if (kind in last) {
        notify(kind, last[kind]);
      }
      return channel;
    };
  const channel: Channel = {
    get id() {
      return standing.id;
    },
    get transport() {
      return standing.transport;
    },
    get state() {
      return standing.state;
    },
    get position() {
      return standing.position;
    },
    get isWritable() {
      return standing.isWritable;
    },
    send: (to, content?: Content) => call<void>((id) => ({ ask: 'send', id, to, copy: copyOf(Message.of(content)) })),
    request: (to, content?: Content, timeout?: number) =>
      quiet(call<Copy>((id) => ({ ask: 'request', id, to, copy: copyOf(Message.of(content)), timeout })).then(messageOf)),
    publish: (to, content?: Content) => call<string>((id) => ({ ask: 'publish', id, to, copy: copyOf(Message.of(content)) })),
    subscribe(topic: string, start: Start | MessageListener, given?: MessageListener) {
      const one: Listening = {
        topic,
        start: given ? (start as Start) : 'now',
        listener: given ?? (start as MessageListener),
      };
      let id = 0;
      const subscribed = call<string>((made) => {
        id = made;
        listening.set(id, one);
        return { ask: 'subscribe', id, topic, start: one.start };
      });
      subscribed.then(
        // Where this tab goes on when it was put away before any message came.
        (at) => (one.start = Start.after(at)),
        () => listening.delete(id),
      );
      return {
        topic,
        subscribed,
        close() {
          if (listening.delete(id)) {
            ask({ ask: 'unsubscribe', id });
          }
        },
      };
    },
    onMessage(name, handler) {
      handlers.set(name, handler);
      ask({ ask: 'handle', name, isRequest: false });
      return channel;
    },
    onRequest(name, handler) {
      requestHandlers.set(name, handler);
      ask({ ask: 'handle', name, isRequest: true });
      return channel;
    },
    onGap: on('gap'),
    onState: on('state'),
    onTransport: on('transport'),
    onClose: on('close'),
    onWritable: on('writable'),
    switchTo: (to) => call<void>((id) => ({ ask: 'switchTo', id, to })),
    close() {
      hidden();
      end(new WherryError('closed', 'closed'));
      return Promise.resolve();
    },
  };
  open();
  return channel;
};
