// SPDX-License-Identifier: Apache-2.0
import { bad } from './errors.js';
import type { Position } from './position.js';

/** What the bytes of a message are. */
export type Format = 'text' | 'json' | 'cbor' | 'bytes';

/** What can be sent: text, bytes, a message, or any other value, which is sent as JSON. */
export type Content = string | ArrayBuffer | ArrayBufferView | Message | object | number | boolean | null;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** What an action makes of what has come; what it cannot make anything of is bad. */
export const orBad = <T>(action: () => T): T => {
  try {
    return action();
  } catch (e) {
    throw bad(String(e));
  }
};

export const textOf = (bytes: Uint8Array): string => orBad(() => decoder.decode(bytes));

export const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);

/** What is carried: some bytes, what format they are in, and, on a message that was received, its position. Immutable. */
export class Message {
  readonly #bytes: Uint8Array;

  constructor(
    readonly format: Format,
    bytes: Uint8Array,
    /** The place in the log of a message that was received. */
    readonly position?: Position | undefined,
    /** What it is the latest of, where its topic tells keys apart. */
    readonly key?: string | undefined,
  ) {
    this.#bytes = bytes;
  }

  /** A message of text or bytes, or of any other value as JSON; a message is taken as it is. */
  static of(content: Content = ''): Message {
    return content instanceof Message
      ? content
      : content instanceof ArrayBuffer || ArrayBuffer.isView(content)
        ? new Message('bytes', bytesOf(content))
        : typeof content === 'string'
          ? new Message('text', utf8(content))
          : Message.json(content);
  }

  /** A value in JSON. */
  static json(value: unknown): Message {
    return new Message('json', utf8(JSON.stringify(value)));
  }

  /** This message with a key, to be published. */
  withKey(key: string | undefined): Message {
    return new Message(this.format, this.#bytes, this.position, key);
  }

  /** The bytes as text. */
  text(): string {
    return textOf(this.#bytes);
  }

  /** The bytes, which must not be changed. */
  bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The value that the bytes are in JSON. */
  json<T = unknown>(): T {
    return JSON.parse(this.text()) as T;
  }

  /** The number of bytes. */
  get size(): number {
    return this.#bytes.length;
  }
}
