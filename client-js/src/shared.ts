// SPDX-License-Identifier: Apache-2.0
import type { Channel, Gap, Handler, RequestHandler, State, TransportChange } from './channel.js';
import { dispatch, quiet, refusalOf, replyOf } from './client-channel.js';
import { type ErrorCode, WherryError } from './errors.js';
import { connect } from './index.js';
import { type Content, type Format, Message } from './message.js';
import type { Options } from './options.js';
import { type Position, Start } from './position.js';
import type { MessageListener, Subscription } from './subscriptions.js';

// Tabs that share one channel: it lives in a SharedWorker, which runs this same script; each tab has a stand-in for it.

/** A message as it goes from one context to another. */
interface Copy {
  format: Format;
  bytes: Uint8Array;
  position: Position | undefined;
  key: string | undefined;
}

/** A failure, likewise. */
interface Failure {
  code: ErrorCode;
  message: string;
  retryAfter: number | undefined;
}

/** How the channel stands. */
interface Standing {
  id: string;
  transport: string;
  state: State;
  position: Position | undefined;
  isWritable: boolean;
}

/** What a tab asks of the worker; with a number where it waits for an answer. */
type Ask =
  | { ask: 'open'; url: string; options: Options }
  | { ask: 'send' | 'publish'; id: number; to: string; copy: Copy }
  | { ask: 'request'; id: number; to: string; copy: Copy; timeout: number | undefined }
  | { ask: 'subscribe'; id: number; topic: string; start: Start }
  | { ask: 'unsubscribe'; id: number }
  | { ask: 'switchTo'; id: number; to: string }
  | { ask: 'handle'; name: string; isRequest: boolean }
  | { ask: 'reply'; id: number; copy?: Copy; failure?: Failure }
  | { ask: 'event'; type: string }
  | { ask: 'alive'; lock?: string; patience?: number }
  | { ask: 'bye' };

/** What the worker tells a tab. */
type Tell = { standing?: Standing } & (
  | { tell: 'done'; id: number; value?: string | Copy; failure?: Failure }
  | { tell: 'news'; id: number; copy: Copy }
  | { tell: 'message'; name: string; copy: Copy }
  | { tell: 'request'; name: string; id: number; copy: Copy }
  | { tell: 'gap'; value: Gap }
  | { tell: 'state'; value: State }
  | { tell: 'transport'; value: TransportChange }
  | { tell: 'close'; value: Failure }
  | { tell: 'writable'; value?: undefined }
  | { tell: 'again' }
);

const copyOf = (message: Message): Copy => ({
  format: message.format,
  bytes: message.bytes(),
  position: message.position,
  key: message.key,
});
const messageOf = ({ format, bytes, position, key }: Copy): Message => new Message(format, bytes, position, key);
const failureOf = (e: unknown): Failure => {
  const { code, message, retryAfter } = refusalOf(e);
  return { code, message, retryAfter };
};
const errorOf = ({ code, message, retryAfter }: Failure): WherryError => new WherryError(code, message, retryAfter);

/** One tab, as the worker sees it. */
interface Tab {
  tell(what: Tell): void;
  subscriptions: Map<number, Subscription>;
  handles: Set<string>;
  /** The lock that it holds while it is there. */
  lock?: string | undefined;
  /** Ends the waiting for its next sign of life, where it holds none. */
  stopWaiting?: () => void;
  /** Requests of the server's that this tab is to answer. */
  asked: Map<number, { done(reply: Message): void; failed(why: WherryError): void }>;
}

/** Serves the tabs that connect to a worker: one channel for all of them, until the last has gone. */
export const serveTabs = (scope: { onconnect: ((event: MessageEvent) => void) | null }): void => {
  const tabs = new Set<Tab>();
  const events = new EventTarget();
  let channel: Channel | undefined;
  let lastChange: TransportChange | undefined;
  let lastAsked = 0;
  for (const type of ['online', 'offline']) {
    globalThis.addEventListener?.(type, () => events.dispatchEvent(new Event(type)));
  }

  const standing = ({ id, transport, state, position, isWritable }: Channel): Standing => ({
    id,
    transport,
    state,
    position,
    isWritable,
  });
  const tellAll = (what: Tell): void => tabs.forEach((tab) => tab.tell(what));
  const key = (name: string, isRequest: boolean): string => (isRequest ? '?' : '!') + name;
  const handlersOf = (name: string, isRequest: boolean): Tab[] =>
    [...tabs].filter((tab) => tab.handles.has(key(name, isRequest)));

  const open = (url: string, options: Options): Channel => {
    const made = connect(url, { ...options, events });
    made.onGap((value) => tellAll({ tell: 'gap', value }));
    made.onState((value) => tellAll({ tell: 'state', value }));
    made.onTransport((value) => tellAll({ tell: 'transport', value: (lastChange = value) }));
    made.onWritable(() => tellAll({ tell: 'writable' }));
    made.onClose((why) => {
      if (channel === made) {
        tellAll({ tell: 'close', value: failureOf(why) });
        tabs.clear();
        channel = undefined;
      }
    });
    return made;
  };

  const handle = (to: Channel, name: string, isRequest: boolean): void => {
    if (isRequest) {
      to.onRequest(name, (message) => {
        const tab = handlersOf(name, true).at(-1);
        if (!tab) {
          throw new WherryError('unknown-handler');
        }
        const id = ++lastAsked;
        tab.tell({ tell: 'request', name, id, copy: copyOf(message) });
        return new Promise<Message>((done, failed) => tab.asked.set(id, { done, failed }));
      });
    } else {
      to.onMessage(name, (message) =>
        handlersOf(name, false).forEach((tab) => tab.tell({ tell: 'message', name, copy: copyOf(message) })),
      );
    }
  };

  const leave = (tab: Tab): void => {
    tab.lock = undefined;
    tab.stopWaiting?.();
    tab.handles.clear();
    tab.subscriptions.forEach((one) => one.close());
    tab.subscriptions.clear();
    tab.asked.forEach(({ failed }) => failed(new WherryError('unavailable', 'the tab has gone')));
    tabs.delete(tab);
    if (!tabs.size) {
      // Whoever comes now gets another.
      const left = channel;
      channel = undefined;
      void left?.close();
    }
  };

  /** A tab is there, and is gone when its lock is free, or, where it has none, when it has said nothing for a while. */
  const watch = (tab: Tab, lock: string | undefined, patience: number | undefined): void => {
    if (lock) {
      tab.lock = lock;
      void navigator.locks.request(lock, () => {
        if (tab.lock === lock) {
          leave(tab);
        }
      });
    } else {
      tab.stopWaiting?.();
      const timer = setTimeout(() => leave(tab), patience);
      tab.stopWaiting = () => clearTimeout(timer);
    }
  };

  scope.onconnect = ({ ports: [port] }) => {
    const tab: Tab = {
      tell: (what) => port!.postMessage(channel ? { ...what, standing: standing(channel) } : what),
      subscriptions: new Map(),
      handles: new Set(),
      asked: new Map(),
    };
    const answer = (id: number, promise: Promise<string | Message | void>): void => {
      promise.then(
        (value) => tab.tell({ tell: 'done', id, ...(value && { value: value instanceof Message ? copyOf(value) : value }) }),
        (e: unknown) => tab.tell({ tell: 'done', id, failure: failureOf(e) }),
      );
    };
    port!.onmessage = ({ data }: MessageEvent<Ask>) => {
      if (data.ask === 'open') {
        tabs.add(tab);
        channel ??= open(data.url, data.options);
        tab.tell({ tell: 'state', value: channel.state });
        if (lastChange && channel.transport) {
          tab.tell({ tell: 'transport', value: lastChange });
        }
        return;
      }
      if (!channel || !tabs.has(tab)) {
        if (data.ask === 'alive' && !data.lock) {
          // It was frozen for so long that it was given up.
          tab.tell({ tell: 'again' });
        }
        return;
      }
      if (data.ask === 'send') {
        answer(data.id, channel.send(data.to, messageOf(data.copy)));
      } else if (data.ask === 'publish') {
        answer(data.id, channel.publish(data.to, messageOf(data.copy)));
      } else if (data.ask === 'request') {
        answer(data.id, channel.request(data.to, messageOf(data.copy), data.timeout));
      } else if (data.ask === 'subscribe') {
        const { id } = data;
        const subscription = channel.subscribe(data.topic, data.start, (message) =>
          tab.tell({ tell: 'news', id, copy: copyOf(message) }),
        );
        tab.subscriptions.set(id, subscription);
        answer(id, subscription.subscribed);
      } else if (data.ask === 'unsubscribe') {
        tab.subscriptions.get(data.id)?.close();
        tab.subscriptions.delete(data.id);
      } else if (data.ask === 'switchTo') {
        answer(data.id, channel.switchTo(data.to));
      } else if (data.ask === 'handle') {
        const isNew = !handlersOf(data.name, data.isRequest).length;
        tab.handles.add(key(data.name, data.isRequest));
        if (isNew) {
          handle(channel, data.name, data.isRequest);
        }
      } else if (data.ask === 'reply') {
        const asked = tab.asked.get(data.id);
        tab.asked.delete(data.id);
        if (data.failure) {
          asked?.failed(errorOf(data.failure));
        } else {
          asked?.done(messageOf(data.copy!));
        }
      } else if (data.ask === 'alive') {
        watch(tab, data.lock, data.patience);
      } else if (data.ask === 'event') {
        events.dispatchEvent(new Event(data.type));
      } else {
        leave(tab);
      }
    };
  };
};

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
      subscribed.catch(() => listening.delete(id));
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
