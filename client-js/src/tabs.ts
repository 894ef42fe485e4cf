// SPDX-License-Identifier: Apache-2.0
import type { Channel, TransportChange } from './channel.js';
import { type Ask, copyOf, errorOf, failureOf, messageOf, type Standing, type Tell } from './copies.js';
import { WherryError } from './errors.js';
import { connect } from './index.js';
import { Message } from './message.js';
import type { Options } from './options.js';
import type { Subscription } from './subscriptions.js';

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
