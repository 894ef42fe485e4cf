// SPDX-License-Identifier: Apache-2.0

/** What went wrong (`docs/protocol.md`, section 5). */
export type ErrorCode =
  | 'bad-request'
  | 'unauthorized'
  | 'forbidden'
  | 'unknown-topic'
  | 'unknown-handler'
  | 'method-not-allowed'
  | 'timeout'
  | 'superseded'
  | 'unknown-channel'
  | 'too-large'
  | 'upgrade-required'
  | 'too-many'
  | 'internal'
  | 'unavailable'
  | 'closed';

/** What the same attempt may not meet again, after the HTTP status that goes with it. */
const PASSING = '408timeout 410unknown-channel 429too-many 500internal unavailable ';

/** Likewise all codes, and close codes of RFC 6455, section 7.4, where it makes a difference. */
const CODES =
  PASSING + '401unauthorized 403forbidden 409superseded 413too-large 1000closed 1008forbidden 1009too-large';

/** A failure, with its code. */
export class WherryError extends Error {
  override name = 'WherryError';
  /** After how many milliseconds the server says to come back, where it does. */
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string = code,
    retryAfter?: number | undefined,
  ) {
    super(message);
    this.retryAfter = retryAfter! >= 0 ? retryAfter : undefined;
  }
}

/** Whether the same attempt would fail again. */
export const isFinal = (error: WherryError): boolean => !PASSING.includes(error.code);

export const bad = (message: string): WherryError => new WherryError('bad-request', message);

export const unavailable = (message: string): WherryError => new WherryError('unavailable', message);

export const tooLarge = (most: number): WherryError => new WherryError('too-large', `over ${most} bytes`);

/** Nothing came for so many milliseconds. */
export const late = (ms: number): WherryError => new WherryError('timeout', `silent for ${ms} ms`);

export const asError = (cause: unknown): WherryError =>
  cause instanceof WherryError ? cause : unavailable(String(cause));

/** The code that goes with an HTTP status or with what is left of a close code without the 4000 of ours. */
export const codeOf = (status: number): ErrorCode =>
  (new RegExp(`\\b${status}([a-z-]+)`).exec(CODES)?.[1] ??
    (status >= 400 && status < 500 ? 'bad-request' : 'unavailable')) as ErrorCode;
