// SPDX-License-Identifier: Apache-2.0
import { batchReader, concat, decode, encode, type Envelope, type MakeReader } from './envelope.js';
import { timer } from './clock.js';
import { dispatch } from './dispatch.js';
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

export const EMPTY = new Uint8Array();

/**
 * Makes a request, a POST where there is a body.
 *
 * @param timeout how long the answer may take; where it has a content type of its own, its beginning
 * @param came takes each envelope, and nothing as a sign of life when no more is at hand
 * @param done the whole has come, so many envelopes, or it has failed
 * @param contentType how the answer's begins, so that nothing is taken for ours that comes from something on the way
 * @returns what cancels it: nothing is called from then on
 */
export const call = (
  { settings }: Line,
  url: string,
  timeout: number,
  body: Uint8Array | undefined,
  came: (envelope?: Envelope) => void,
  done: (count: number, cause?: WherryError) => void,
  contentType?: string | undefined,
  makeReader: MakeReader = batchReader,
): (() => void) => {
  const abort = new AbortController();
  const { signal } = abort;
  const limit = timer(settings.clock);
  const cancel = (): void => {
    limit();
    abort.abort();
  };
  limit(timeout, () => {
    cancel();
    done(0, late(timeout));
  });
  void (async () => {
    let count = 0;
    let cause;
    try {
      await null; // Nothing is told before the caller has what cancels it.
      const response = await (settings.fetch ?? fetch)(url, {
        method: body ? 'POST' : 'GET',
        headers: { ...headersOf(settings), ...(body && { 'content-type': BATCH }) },
        body: (body ?? null) as BodyInit | null,
        credentials: settings.credentials,
        cache: 'no-store',
        signal,
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
      const reader = makeReader(settings.maxMessage, (envelope) => {
        count++;
        came(envelope);
      });
      const pieces = response.body?.getReader();
      let piece;
      do {
        came(); // Even an empty answer is a sign of life.
        piece = (await pieces?.read())?.value;
        if (signal.aborted) {
          return;
        }
        reader(piece);
      } while (piece);
    } catch (e) {
      cause = asError(e);
    }
    if (!signal.aborted) {
      limit();
      done(count, cause);
    }
  })();
  return cancel;
};

/**
 * A transport whose two ways are apart: down by one response that goes on, or by a run of requests, each for what comes after the position
 * that the channel has reached; up by one POST at a time, each with what has gathered meanwhile.
 *
 * @param stream the content type of the response that goes on
 */
const split =
  (name: string, stream?: string, makeReader?: MakeReader): Transport =>
  (line) => {
    const { clock, connectTimeout, lostAfter, pollInterval } = line.settings;
    /** Whether the server answers a GET at once. Then an answer to a POST says as much of the way down as any other. */
    const isPolled = name === 'http';
    /** The numbers of what the server is to answer. */
    const asked = new Set<string>();
    const pause = timer(clock);
    const pausePost = timer(clock);
    /** What no POST has taken up yet, and what is under way. */
    const queue: Uint8Array[] = [];
    let size = 0;
    let channelId = '';
    /** What ends the request that comes down, and the POST, where there is one. */
    let cancel: (() => void) | undefined;
    let cancelPost: (() => void) | undefined;
    /** Since when the server has had no room: an empty POST asks for it. */
    let refusedSince = 0;
    let owed = false;
    let closing = false;

    const came =
      (posted?: boolean) =>
      (envelope?: Envelope): void => {
        if (!envelope) {
          line.heard(posted);
        } else if (!closing) {
          const { kind, name } = envelope;
          if ('re'.includes(kind)) {
            asked.delete(name);
          }
          line.received(envelope, posted);
          if (kind === 'w') {
            channelId = name;
            post();
          }
        }
      };
    const stop = (): void => {
      closing = true;
      pause();
      cancel?.();
    };
    const end = (cause?: WherryError): void => {
      stop();
      channelId = ''; // Nothing is posted from now on.
      cancelPost?.();
      line.closed(cause);
    };
    const post = (): void => {
      if (!channelId || cancelPost) {
        return;
      }
      if (owed || size) {
        const body = owed ? [] : [...queue];
        cancelPost = call(line, address(line, 'http', channelId), lostAfter, concat(body), came(!isPolled), (count, cause) => {
          const now = clock.now();
          cancelPost = undefined;
          if (!cause) {
            refusedSince = 0;
            queue.splice(0, body.length).forEach((taken) => (size -= taken.length));
            owed = !count;
            if (isPolled && !cancel && !closing) {
              poll();
            }
            line.writable();
            post();
          } else if (cause.code === 'too-many' && now - (refusedSince ||= now) <= lostAfter) {
            owed = true;
            cancelPost = pausePost;
            pausePost(Math.min(REFUSAL_PAUSE + now - refusedSince, LONGEST_REFUSAL_PAUSE), () => {
              cancelPost = undefined;
              post();
            });
          } else {
            end(cause);
          }
        });
      } else if (closing) {
        line.closed();
      }
    };
    const ask = (url: string, timeout: number, body?: Uint8Array): void => {
      const begun = clock.now();
      pause();
      cancel = call(
        line,
        url,
        timeout,
        body,
        came(),
        (count, cause) => {
          const wait = isPolled && !asked.size ? pollInterval : count ? 0 : begun + SHORTEST_HOLD - clock.now();
          cancel = undefined;
          if (cause || stream || !channelId) {
            end(cause ?? (channelId ? cause : unavailable('no welcome')));
          } else if (wait > 0) {
            pause(wait, poll);
          } else {
            poll(); // Not by a timer, which a browser would hold back in a tab that nobody sees.
          }
        },
        stream,
        makeReader,
      );
    };
    /** Asks again: by an empty POST where answers are wanted of a server that does not hold a GET, since it holds that. */
    const poll = (): void =>
      ask(address(line, name, channelId, line.position()), lostAfter * 2, isPolled && asked.size ? EMPTY : undefined);

    ask(opening(line, name), connectTimeout);
    return {
      hasRoom: () => size < HIGH,
      send(envelope) {
        const bytes = encode(envelope, '\n');
        if ('qpsu'.includes(envelope.kind)) {
          asked.add(envelope.id);
        }
        queue.push(bytes);
        size += bytes.length;
        dispatch(post);
      },
      close() {
        stop();
        if (channelId) {
          post();
        } else {
          line.closed();
        }
      },
    };
  };

/** An event for each envelope, by `fetch` and not by `EventSource`: it can send headers, and shows why it is refused. */
export const sse = split('sse', 'text/event-stream', (maxMessage, taker) =>
  eventStreamReader((data) => decode(data, maxMessage, taker)),
);

/** A response that is cut into envelopes. */
export const comet = split('comet', BATCH);

/** Requests that wait until there is news. */
export const longpoll = split('longpoll');

/** Requests that are answered at once. */
export const http = split('http');
