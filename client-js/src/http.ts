// SPDX-License-Identifier: Apache-2.0
import { batchReader, concat, decode, encode, type Envelope, type MakeReader } from './envelope.js';
import { timer } from './clock.js';
import { asError, codeOf, type ErrorCode, late, unavailable, WherryError } from './errors.js';
import { eventStreamReader } from './event-stream.js';
import { address, headersOf, HIGH, type Line, opening, type Transport } from './transport.js';

/** The content type of batches. */
const BATCH = 'application/vnd.wherry.v1';

/** An empty answer that comes sooner was not held: somebody else polls, or stands in between. */
const SHORTEST_HOLD = 200;

/** The pause after a POST for which there was no room; it doubles, up to the longest. */
const REFUSAL_PAUSE = 20;
const LONGEST_REFUSAL_PAUSE = 2560;

const EMPTY = new Uint8Array();

type Failed = (why: WherryError) => void;

/** What takes an answer. */
interface Taker {
  /** How its content type begins, so that nothing is taken for ours that comes from something on the way. */
  contentType?: string;
  makeReader?: MakeReader | undefined;
  /** Takes the envelopes of each piece. */
  came(envelopes: Envelope[]): void;
  /** The whole has come: so many envelopes. */
  done(count: number): void;
  failed: Failed;
}

/**
 * Makes a request, a POST where there is a body.
 *
 * @param timeout how long the answer may take; where it has a content type of its own, its beginning
 * @returns what cancels it: nothing is called from then on
 */
export const call = (
  { settings }: Line,
  url: string,
  timeout: number,
  body: Uint8Array | undefined,
  { came, done, failed, contentType, makeReader = batchReader }: Taker,
): (() => void) => {
  const abort = new AbortController();
  const limit = timer(settings.clock);
  let cancelled = false;
  const cancel = (): void => {
    cancelled = true;
    limit();
    abort.abort();
  };
  limit(timeout, () => {
    cancel();
    failed(late(timeout));
  });
  void (async () => {
    try {
      await null; // Nothing is told before the caller has what cancels it.
      const response = await (settings.fetch ?? fetch)(url, {
        method: body ? 'POST' : 'GET',
        headers: { ...headersOf(settings), ...(body && { 'content-type': BATCH }) },
        body: (body ?? null) as BodyInit | null,
        credentials: settings.credentials,
        cache: 'no-store',
        signal: abort.signal,
      });
      const { ok, status, headers } = response;
      if (!ok) {
        // By the problem in its body (RFC 9457), else by its status.
        const problem = (await response.json().catch(() => ({}))) as { code?: ErrorCode; detail?: string };
        throw new WherryError(
          problem.code ?? codeOf(status),
          problem.detail ?? 'HTTP ' + status,
          parseInt(headers.get('retry-after')!) * 1000,
        );
      }
      const found = headers.get('content-type');
      if (status !== 204 && !found?.startsWith(contentType ?? BATCH)) {
        throw unavailable('content-type: ' + found);
      }
      if (contentType) {
        limit();
      }
      let envelopes: Envelope[] = [];
      let count = 0;
      const reader = makeReader(settings.maxMessage, (envelope) => (count = envelopes.push(envelope)));
      const pieces = response.body?.getReader();
      came(envelopes); // Even an empty answer is a sign of life.
      for (;;) {
        const piece = await pieces?.read();
        if (cancelled) {
          return;
        }
        if (!piece?.value) {
          break;
        }
        try {
          reader.push(piece.value);
        } finally {
          came(envelopes);
          envelopes = [];
        }
      }
      reader.end();
      done(count);
    } catch (e) {
      if (!cancelled) {
        failed(asError(e));
      }
    }
    limit();
  })();
  return cancel;
};

/** What the way down of a connection tells. */
interface Down {
  /** Some envelopes have come, or none as a sign of life. */
  came(envelopes: Envelope[]): void;
  /** It has ended: as it should without a cause, so that it may begin anew. */
  ended(cause?: WherryError): void;
  /** The channel, once its welcome has come. */
  channel(): string;
  /** Whether the server is to answer something. */
  isAsked(): boolean;
}

/**
 * The requests that come down: what stops them, and where the answer to a POST says as much of the way down as any other, what is
 * told that the server has taken what was sent.
 */
type Downlink = [stop: () => void, posted?: (() => void) | undefined];

/** A transport whose two ways are apart: down by a downlink, up by one POST at a time, each with what has gathered meanwhile. */
const split =
  (downlink: (line: Line, down: Down) => Downlink): Transport =>
  (line) => {
    const { clock, lostAfter } = line.settings;
    /** The numbers of what the server is to answer. */
    const asked = new Set<string>();
    const pause = timer(clock);
    /** What no POST has taken up yet, and what is under way. */
    const queue: Uint8Array[] = [];
    let size = 0;
    let channelId = '';
    let cancelPost: (() => void) | undefined;
    /** Since when the server has had no room: an empty POST asks for it. */
    let refusedSince = 0;
    let owed = false;
    let closing = false;

    const came = (envelopes: Envelope[], posted?: boolean): void => {
      envelopes.forEach((envelope) => {
        const { kind, name } = envelope;
        if (!closing) {
          if ('re'.includes(kind)) {
            asked.delete(name);
          }
          line.received(envelope, posted);
          if (kind === 'w') {
            channelId = name;
            post();
          }
        }
      });
      line.heard(posted);
    };
    const end = (cause?: WherryError): void => {
      closing = true;
      channelId = ''; // Nothing is posted from now on.
      stop();
      cancelPost?.();
      line.closed(cause);
    };
    const refused = (why: WherryError): void => {
      refusedSince ||= clock.now();
      const since = clock.now() - refusedSince;
      if (why.code === 'too-many' && since <= lostAfter) {
        owed = true;
        cancelPost = pause;
        pause(Math.min(REFUSAL_PAUSE + since, LONGEST_REFUSAL_PAUSE), () => {
          cancelPost = undefined;
          post();
        });
      } else {
        end(why);
      }
    };
    const post = (): void => {
      if (!channelId || cancelPost) {
        return;
      }
      if (owed || size) {
        const body = owed ? [] : [...queue];
        cancelPost = call(line, address(line, 'http', channelId), lostAfter, concat(body), {
          came: (answer) => came(answer, !posted),
          done(count) {
            cancelPost = undefined;
            refusedSince = 0;
            queue.splice(0, body.length).forEach((taken) => (size -= taken.length));
            owed = !count;
            posted?.();
            line.writable();
            post();
          },
          failed: refused,
        });
      } else if (closing) {
        line.closed();
      }
    };
    const [stop, posted] = downlink(line, {
      came,
      ended: (cause) => end(cause ?? (channelId ? cause : unavailable('no welcome'))),
      channel: () => channelId,
      isAsked: () => !!asked.size,
    });
    return {
      hasRoom: () => size < HIGH,
      send(envelope) {
        const bytes = encode(envelope, '\n');
        if ('qpsu'.includes(envelope.kind)) {
          asked.add(envelope.id);
        }
        queue.push(bytes);
        size += bytes.length;
        queueMicrotask(post);
      },
      close() {
        closing = true;
        stop();
        if (channelId) {
          post();
        } else {
          line.closed();
        }
      },
    };
  };

/** One response that goes on, and what takes it apart. */
const stream = (name: string, contentType: string, makeReader?: MakeReader): Transport =>
  split((line, { came, ended }) => [
    call(line, opening(line, name), line.settings.connectTimeout, undefined, {
      contentType,
      makeReader,
      came,
      done: () => ended(),
      failed: ended,
    }),
  ]);

/** An event for each envelope, by `fetch` and not by `EventSource`: it can send headers, and shows why it is refused. */
export const sse = stream('sse', 'text/event-stream', (maxMessage, taker) =>
  eventStreamReader((data) => {
    const envelope = decode(data, maxMessage);
    if (envelope) {
      taker(envelope);
    }
  }),
);

/** A response that is cut into envelopes. */
export const comet = stream('comet', BATCH);

/** A run of requests, each for what comes after the position that the channel has reached; pauses where the server does not hold them. */
const polls = (name: string, pauses: boolean): Transport =>
  split((line, { came, ended, channel, isAsked }) => {
    const { clock, connectTimeout, lostAfter, pollInterval } = line.settings;
    const pause = timer(clock);
    let waiting = false;
    let cancel: () => void;
    const ask = (url: string, timeout: number, body?: Uint8Array): void => {
      const begun = clock.now();
      waiting = false;
      cancel = call(line, url, timeout, body, {
        came,
        done(count) {
          const wait = pauses && !isAsked() ? pollInterval : count ? 0 : begun + SHORTEST_HOLD - clock.now();
          waiting = wait > 0;
          if (!channel()) {
            ended();
          } else if (waiting) {
            pause(wait, next);
          } else {
            next(); // Not by a timer, which a browser would hold back in a tab that nobody sees.
          }
        },
        failed: ended,
      });
    };
    /** Asks again: by an empty POST where answers are wanted of a server that does not hold a GET, since it holds that. */
    const next = (): void => {
      const wantsAnswers = pauses && isAsked();
      ask(
        address(line, wantsAnswers ? 'http' : name, channel(), line.position()),
        lostAfter * 2,
        wantsAnswers ? EMPTY : undefined,
      );
    };
    ask(opening(line, name), connectTimeout);
    return [
      () => {
        waiting = false;
        pause();
        cancel();
      },
      pauses
        ? () => {
            if (waiting) {
              pause();
              next();
            }
          }
        : undefined,
    ];
  });

/** Requests that wait until there is news. */
export const longpoll = polls('longpoll', false);

/** Requests that are answered at once. */
export const http = polls('http', true);
