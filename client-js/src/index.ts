// SPDX-License-Identifier: Apache-2.0
import type { Channel } from './channel.js';
import { clientChannel } from './client-channel.js';
import { bad } from './errors.js';
import { comet, http, longpoll, sse } from './http.js';
import { type Options, settingsOf } from './options.js';
import { watch } from './wake.js';
import { websocket } from './websocket.js';

/**
 * Opens a channel. Returns at once: the channel connects in the background, and what is sent before it is connected waits.
 *
 * @param url the server's path, such as `/wherry` or `https://example.org/wherry`
 */
export const connect = (url: string | URL = '/wherry', options?: Options): Channel => {
  const settings = settingsOf(options);
  const transports = settings.transports.map((name) => {
    const found = [websocket, sse, longpoll, comet, http].find((one) => one.name === name);
    if (!found) {
      throw bad('transport: ' + name);
    }
    return found;
  });
  const absolute = new URL(url, globalThis.location?.href).href.replace(/\/$/, '');
  return clientChannel(absolute, settings, transports, (connector) => watch(connector, settings.events ?? globalThis));
};

export type { Channel, Handler, RequestHandler, State, TransportChange } from './channel.js';
export { type ErrorCode, WherryError } from './errors.js';
export type { Gap } from './inbound.js';
export { type Content, type Format, Message } from './message.js';
export type { Options } from './options.js';
export { isAfter, isSameEpoch, type Position, Start } from './position.js';
export type { MessageListener, Subscription } from './subscriptions.js';
