// SPDX-License-Identifier: Apache-2.0
import type { Channel } from './channel.js';
import { clientChannel } from './client-channel.js';
import { comet, http, longpoll, sse } from './http.js';
import { type Options, settingsOf } from './options.js';
import type { Transport } from './transport.js';
import { websocket } from './websocket.js';

/** The transports, the preferred one first. */
const TRANSPORTS: Record<string, Transport> = { websocket, sse, longpoll, comet, http };

/**
 * Opens a channel. Returns at once: the channel connects in the background, and what is sent before it is connected waits.
 *
 * @param url the server's path, such as `/wherry` or `https://example.org/wherry`
 */
export const connect = (url: string | URL = '/wherry', options?: Options): Channel =>
  clientChannel(new URL(url, globalThis.location?.href).href.replace(/\/$/, ''), settingsOf(options), TRANSPORTS);

export type { Channel, Gap, Handler, RequestHandler, State, TransportChange } from './channel.js';
export { type ErrorCode, WherryError } from './errors.js';
export { type Content, type Format, Message } from './message.js';
export type { Options } from './options.js';
export { isAfter, isSameEpoch, type Position, Start } from './position.js';
export type { MessageListener, Subscription } from './subscriptions.js';
