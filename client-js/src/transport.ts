// SPDX-License-Identifier: Apache-2.0
import type { Envelope } from './envelope.js';
import type { WherryError } from './errors.js';
import type { Settings } from './options.js';
import type { Position } from './position.js';

/** What a connection is for, and whom it tells what happens on it. */
export interface Line {
  /** The server's path, absolute and without `/` at its end. */
  url: string;
  settings: Settings;
  /** The channel to go on with; empty for a new one. */
  channelId: string;
  /** Which of the channel's connections it is. */
  number: number;
  /** Whether the channel stays where it is until this connection takes it over. */
  standby: boolean;
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
  /** Whether what is sent does not wait behind too much. */
  hasRoom(): boolean;
  send(envelope: Envelope): void;
  /** Ends it after what was sent; the line is told. */
  close(): void;
}

/** A way to connect. What is thrown is why it is impossible. */
export type Transport = (line: Line) => Connection;

/** From so many bytes on that wait a connection is not writable. */
export const HIGH = 256 * 1024;

/** Where a request for a channel goes: to go on with it, where `more` does not say how it begins. */
export const address = ({ url, number }: Line, path: string, channel: string, after?: Position, more = ''): string =>
  `${url}/${path}?${more}${channel && `channel=${encodeURIComponent(channel)}&`}connection=${number}${after ? '&after=' + after : ''}`;

/** Where a connection begins. */
export const opening = (line: Line, path: string): string =>
  address(
    line,
    path,
    line.channelId,
    line.channelId ? line.position() : '',
    'protocol=wherry.v1&' + (line.standby ? 'standby=true&' : ''),
  );

/** The headers of a request. */
export const headersOf = ({ headers }: Settings): Record<string, string> =>
  typeof headers === 'function' ? headers() : headers;
