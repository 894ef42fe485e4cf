// SPDX-License-Identifier: Apache-2.0
import type { Envelope } from './envelope.js';
import type { WherryError } from './errors.js';
import type { Settings } from './options.js';
import type { Position } from './position.js';

/** Where a connection goes, and for which channel. */
export interface Target {
  /** The server's path, absolute and without `/` at its end. */
  url: string;
  settings: Settings;
  /** The channel to go on with. */
  channelId: string | undefined;
  /** After which position. */
  after: Position | undefined;
  /** Which of the channel's connections it is. */
  number: number;
  /** Whether the channel stays where it is until this connection takes it over. */
  standby: boolean;
}

/** What one connection tells. */
export interface ConnectionListener {
  /** An envelope has come; `posted` where it came in the answer to a POST, which says nothing of the way down. */
  received(envelope: Envelope, posted?: boolean): void;
  /** Something has come, likewise, and no more is at hand. */
  heard(posted?: boolean): void;
  writable(): void;
  /** It has ended; without a cause in good order. */
  closed(cause?: WherryError): void;
  /** The position up to which the channel has received. */
  position(): Position | undefined;
}

/** One connection of a channel. */
export interface Connection {
  isWritable(): boolean;
  send(envelope: Envelope): void;
  /** Ends it after what was sent; the listener is told. */
  close(): void;
}

/** A way to connect, under its name. What is thrown is why it is impossible. */
export interface ClientTransport {
  name: string;
  connect(target: Target, listener: ConnectionListener): Connection;
}

/** From so many bytes on that wait a connection is not writable. */
export const HIGH = 256 * 1024;

const query = (parameters: Record<string, string | number | boolean | undefined>): string =>
  '?' +
  Object.entries(parameters)
    .filter(([, value]) => value)
    .map(([name, value]) => name + '=' + encodeURIComponent(value!))
    .join('&');

/** Where a connection of a channel begins. */
export const opening = ({ url, channelId, number, standby, after }: Target, transport: string): string =>
  url + '/' + transport + query({ protocol: 'wherry.v1', channel: channelId, connection: number, standby, after });

/** Where a channel goes on, for the second and later requests of a connection. */
export const going = ({ url, number }: Target, transport: string, channel: string, after?: Position): string =>
  url + '/' + transport + query({ channel, connection: number, after });

/** The headers of a request. */
export const headersOf = ({ headers }: Settings): Record<string, string> =>
  typeof headers === 'function' ? headers() : headers;
