// SPDX-License-Identifier: Apache-2.0
import { bad, tooLarge } from './errors.js';
import { bytesOf, type Format, Message, textOf, utf8 } from './message.js';

/** What is carried on a channel (`docs/protocol.md`, section 2): one head line, and a payload as it is. Immutable. */
export interface Envelope {
  /** One letter that says what it is. */
  kind: string;
  /** Its position, its number, or `-` for none. */
  id: string;
  /** Topic, handler, or what the kind says; `-` for none. */
  name: string;
  argument: string | undefined;
  message: Message;
}

const MAX_HEAD_LENGTH = 1024;
const MAX_NAME_LENGTH = 255;
const LF = 10;

/** How an envelope of whatever kind begins, with its length. */
const BEGIN = /^\S [^ ]* (\d{1,18}) /;

/** Kind, id, length, format, base64, name and argument. */
const HEAD =
  /^(\S) (-|[1-9]\d{0,17}|[a-z\d]{1,16}-\d{1,18}(?:\.\d{1,18})?) (?:0 -|(\d+) (text|json|cbor|bytes)(;base64)?) ([^\p{Z}\p{Cc}\p{Cs}]+)(?: ([^\0-\x1f\x7f]*))?$/u;

export const envelope = (kind: string, name = '-', argument?: string, message = Message.of(), id = '-'): Envelope => ({
  kind,
  id,
  name,
  argument,
  message,
});

/** Whether a message is carried as text. */
export const isText = ({ format }: Message): boolean => /text|json/.test(format);

/** The head line, with its LF. */
export const headOf = ({ kind, id, name, argument, message: { format, size } }: Envelope): string =>
  `${kind} ${id} ${size} ${size || format !== 'text' ? format : '-'} ${name}${argument === undefined ? '' : ' ' + argument}\n`;

/** Head and payload, and what follows. */
export const encode = (from: Envelope, end = ''): Uint8Array =>
  concat([utf8(headOf(from)), from.message.bytes(), utf8(end)]);

export const concat = (pieces: Uint8Array[]): Uint8Array => {
  let at = 0;
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  pieces.forEach((piece) => {
    all.set(piece, at);
    at += piece.length;
  });
  return all;
};

const isShort = (name: string): boolean => utf8(name).length <= MAX_NAME_LENGTH;

/** Checks the name of a topic or handler, and returns it. */
export const requireName = (name: string): string => {
  if (HEAD.exec(`d - 0 - ${name}`)?.[6] !== name || !isShort(name) || name === '-') {
    throw bad(`name: ${name}`);
  }
  return name;
};

/** Where the LF of the head is; negative where it has not come. */
const endOfHead = (bytes: Uint8Array): number => {
  const end = bytes.subarray(0, MAX_HEAD_LENGTH).indexOf(LF);
  if (end < 0 && bytes.length >= MAX_HEAD_LENGTH) {
    throw tooLarge(MAX_HEAD_LENGTH);
  }
  return end;
};

/** How long the payload is that a head announces. */
const lengthIn = (head: string, maxMessage: number): number => {
  const length = +BEGIN.exec(head)?.[1]!;
  if (length > maxMessage) {
    throw tooLarge(maxMessage);
  }
  return length;
};

/** Joins a head and its payload; nothing where the kind is not known. */
const join = (head: string, payload: Uint8Array, mayBeBase64: boolean): Envelope | undefined => {
  if (BEGIN.test(head) && !/^[wmydqregahtxpsu]/.test(head)) {
    return undefined;
  }
  const [, kind, id, length = 0, format = 'text', base64, name, argument] = HEAD.exec(head) ?? [];
  let bytes = payload;
  if (base64 && mayBeBase64) {
    try {
      bytes = Uint8Array.from(atob(textOf(payload)), (char) => char.charCodeAt(0));
    } catch {
      throw bad('base64');
    }
  }
  if (!kind || !isShort(name!) || (base64 && !mayBeBase64) || bytes.length !== +length) {
    throw bad(`head: ${head}`);
  }
  const message = new Message(format as Format, bytes, id!.includes('-', 1) ? id : undefined);
  if (isText(message)) {
    message.text(); // Throws where it is no UTF-8.
  }
  return envelope(kind, name, argument, message, id);
};

/**
 * Reads an envelope that fills what is given, as on WebSocket or in an event.
 *
 * @returns nothing when its kind is not known, so that it is to be passed over
 */
export const decode = (data: string | ArrayBuffer, maxMessage: number): Envelope | undefined => {
  const bytes = typeof data === 'string' ? utf8(data) : bytesOf(data);
  const found = endOfHead(bytes);
  const end = found < 0 ? bytes.length : found;
  const head = textOf(bytes.subarray(0, end));
  lengthIn(head, maxMessage);
  return join(head, bytes.slice(end + 1), true);
};

/** Makes what takes envelopes out of bytes that come in pieces. */
export type MakeReader = (maxMessage: number, taker: (envelope: Envelope) => void) => PieceReader;

/** Takes bytes that come in pieces. */
export interface PieceReader {
  push(piece: Uint8Array): void;
  /** Checks that nothing is left. */
  end(): void;
}

/** Takes envelopes out of bytes that come in pieces, each envelope followed by LF. */
export const batchReader: MakeReader = (maxMessage, taker) => {
  let rest = new Uint8Array() as Uint8Array;
  return {
    push(piece) {
      rest = concat([rest, piece]);
      for (;;) {
        const end = endOfHead(rest);
        if (end < 0) {
          return;
        }
        const head = textOf(rest.subarray(0, end));
        const next = end + 1 + lengthIn(head, maxMessage);
        if (rest.length <= next) {
          return;
        }
        if (rest[next] !== LF) {
          throw bad('no LF');
        }
        const one = join(head, rest.slice(end + 1, next), false);
        rest = rest.subarray(next + 1);
        if (one) {
          taker(one);
        }
      }
    },
    end() {
      if (rest.length) {
        throw bad('cut short');
      }
    },
  };
};
