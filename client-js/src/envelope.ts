// SPDX-License-Identifier: Apache-2.0
import { bad, tooLarge } from './errors.js';
import { bytesOf, type Format, Message, orBad, textOf, utf8 } from './message.js';

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

/** How an envelope of whatever kind begins: its kind, where that is known, and its length. */
const BEGIN = /^(?:([adeghmp-uwxy])|\S) [^ ]* (\d{1,18}) /;

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

/** Checks the name of a topic or handler, and returns it. */
export const requireName = (name: string): string => {
  decode(`d - 0 - ${name}`, 0, (read) => {
    if (read.name !== name || name === '-') {
      throw bad(name);
    }
  });
  return name;
};

type Taker = (envelope: Envelope) => void;

/**
 * Reads the envelope that some bytes begin with, or that they are as a whole: then nothing follows its payload, which may be in base64.
 * One of a kind that is not known is passed over.
 *
 * @returns where it ends; nothing where more must come
 */
const read = (bytes: Uint8Array, maxMessage: number, taker: Taker, isWhole?: boolean): number | undefined => {
  let end = bytes.subarray(0, MAX_HEAD_LENGTH).indexOf(LF);
  if (end < 0) {
    end = bytes.length;
    if (end >= MAX_HEAD_LENGTH) {
      throw tooLarge(MAX_HEAD_LENGTH);
    }
    if (!isWhole) {
      return undefined;
    }
  }
  const head = textOf(bytes.subarray(0, end));
  const [begin, known, announced = 0] = BEGIN.exec(head) ?? [];
  if (+announced > maxMessage) {
    throw tooLarge(maxMessage);
  }
  const next = isWhole ? bytes.length : end + 1 + +announced;
  if (!isWhole && bytes.length <= next) {
    return undefined;
  }
  if (!begin || known) {
    let payload = bytes.slice(end + 1, next);
    const [, kind, id, length = 0, format = 'text', base64, name, argument] = HEAD.exec(head) ?? [];
    if (base64 && isWhole) {
      payload = orBad(() => Uint8Array.from(atob(textOf(payload)), (char) => char.charCodeAt(0)));
    }
    if (
      !kind ||
      utf8(name!).length > MAX_NAME_LENGTH ||
      (!isWhole && (base64 || bytes[next] !== LF)) ||
      payload.length !== +length
    ) {
      throw bad(head);
    }
    const message = new Message(format as Format, payload, id!.includes('-', 1) ? id : undefined);
    if (isText(message)) {
      message.text(); // Throws where it is no UTF-8.
    }
    taker(envelope(kind, name, argument, message, id));
  }
  return next + 1;
};

/** Reads an envelope that fills what is given, as on WebSocket or in an event. */
export const decode = (data: string | ArrayBuffer, maxMessage: number, taker: Taker): unknown =>
  read(typeof data === 'string' ? utf8(data) : bytesOf(data), maxMessage, taker, true);

/** Takes bytes that come in pieces; without one it checks that nothing is left. */
export type Reader = (piece?: Uint8Array) => void;

/** Makes what takes envelopes out of bytes that come in pieces. */
export type MakeReader = (maxMessage: number, taker: Taker) => Reader;

/** Takes envelopes out of bytes that come in pieces, each envelope followed by LF. */
export const batchReader: MakeReader = (maxMessage, taker) => {
  let rest = new Uint8Array() as Uint8Array;
  return (piece) => {
    if (piece) {
      let next;
      rest = concat([rest, piece]);
      while ((next = read(rest, maxMessage, taker))) {
        rest = rest.subarray(next);
      }
    } else if (rest.length) {
      throw bad('cut short');
    }
  };
};
