// SPDX-License-Identifier: Apache-2.0
import type { Gap, State, TransportChange } from './channel.js';
import { refusalOf } from './client-channel.js';
import { type ErrorCode, WherryError } from './errors.js';
import { type Format, Message } from './message.js';
import type { Options } from './options.js';
import type { Position, Start } from './position.js';

// What goes between the tabs that share a channel and the worker that has it: copies, since contexts share no objects.

/** A message as it goes from one context to another. */
export interface Copy {
  format: Format;
  bytes: Uint8Array;
  position: Position | undefined;
  key: string | undefined;
}

/** A failure, likewise. */
export interface Failure {
  code: ErrorCode;
  message: string;
  retryAfter: number | undefined;
}

/** How the channel stands. */
export interface Standing {
  id: string;
  transport: string;
  state: State;
  position: Position | undefined;
  isWritable: boolean;
}

/** What a tab asks of the worker; with a number where it waits for an answer. */
export type Ask =
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
export type Tell = { standing?: Standing } & (
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

export const copyOf = (message: Message): Copy => ({
  format: message.format,
  bytes: message.bytes(),
  position: message.position,
  key: message.key,
});
export const messageOf = ({ format, bytes, position, key }: Copy): Message => new Message(format, bytes, position, key);
export const failureOf = (e: unknown): Failure => {
  const { code, message, retryAfter } = refusalOf(e);
  return { code, message, retryAfter };
};
export const errorOf = ({ code, message, retryAfter }: Failure): WherryError => new WherryError(code, message, retryAfter);
