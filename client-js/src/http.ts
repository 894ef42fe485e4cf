// SPDX-License-Identifier: Apache-2.0
import { batchReader, concat, decode, encode, type Envelope, type PieceReader } from './envelope.js';
import { asError, codeOf, type ErrorCode, unavailable, WherryError } from './errors.js';
import { eventStreamReader } from './event-stream.js';
import { bytesOf } from './message.js';
import { type ClientTransport, going, headersOf, HIGH, opening, type Target } from './transport.js';

/** The content type of batches. */
const BATCH = 'application/vnd.wherry.v1';

/** An empty answer that comes sooner was not held: somebody else polls, or stands in between. */
const SHORTEST_HOLD = 200;

/** The pause after a POST for which there was no room; it doubles, so often at most. */
const REFUSAL_PAUSE = 20;
const MAX_DOUBLINGS = 7;

const NO_WELCOME = 'no welcome';

type Failed = (why: WherryError) => void;

/** Checks that an answer is of ours, and not of something on the way. */
const requireType = ({ headers }: Response, type: string): void => {
  const found = headers.get('content-type');
  if (!found?.startsWith(type)) {
    throw unavailable(`content type: ${found}`);
  }
};

/** The failure that an answer tells: by the problem in its body (RFC 9457), else by its status. */
const problemOf = async (response: Response): Promise<WherryError> => {
  const problem = (await response.json().catch(() => ({}))) as { code?: ErrorCode; detail?: string };
  const seconds = parseInt(response.headers.get('retry-after') ?? '');
  return new WherryError(
    problem.code ?? codeOf(response.status),
    problem.detail ?? 'HTTP status ' + response.status,
    seconds >= 0 ? seconds * 1000 : undefined,
  );
};

/**
 * Makes a request, a POST where there is a body.
 *
 * @param timeout how long the answer may take
 * @param read takes the answer; what it is given ends the time limit
 * @param done called with what was read, unless it was cancelled; what it throws is a failure too
 * @returns what cancels it: nothing is called from then on
 */
export const call = <T>(
  { settings }: Target,
  url: string,
  timeout: number,
  body: Uint8Array | undefined,
  read: (response: Response, inTime: () => void) => Promise<T>,
  done: (result: T) => void,
  failed: Failed,
): (() => void) => {
  const abort = new AbortController();
  let cancelled = false;
  let late = false;
  const inTime = settings.clock.after(timeout, () => {
    late = true;
    abort.abort();
  });
  const run = async (): Promise<void> => {
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
      if (!response.ok) {
        throw await problemOf(response);
      }
      const result = await read(response, inTime);
      if (!cancelled) {
        done(result);
      }
    } catch (e) {
      if (!cancelled) {
        failed(late ? new WherryError('timeout', `no answer within ${timeout} ms`) : asError(e));
      }
    }
    inTime();
  };
  void run();
  return () => {
    cancelled = true;
    inTime();
    abort.abort();
  };
};

/** Reads the envelopes that an answer holds; none where it is empty. */
const batchIn =
  ({ settings }: Target) =>
  async (response: Response): Promise<Envelope[]> => {
    const envelopes: Envelope[] = [];
    if (response.status !== 204) {
      requireType(response, BATCH);
      const reader = batchReader(settings.maxMessage, (envelope) => envelopes.push(envelope));
      reader.push(bytesOf(await response.arrayBuffer()));
      reader.end();
    }
    return envelopes;
  };

/** What a way down tells its connection. */
interface Down {
  /** The numbers of what the server is to answer. */
  asked: Set<string>;
  /** Some envelopes have come, or none as a sign of life. */
  came(envelopes: Envelope[]): void;
  position(): string | undefined;
  /** It has ended as it should, and may begin anew. */
  ended(): void;
  failed: Failed;
}

/** The requests that come down. */
interface Downlink {
  stop(): void;
  /** The server has taken what was sent. Where there is this, the answer to a POST says as much of the way down as any other. */
  posted?(): void;
}

/** A transport whose two ways are apart: down by a downlink, up by one POST at a time, each with what has gathered meanwhile. */
const split = (name: string, downlink: (target: Target, down: Down) => Downlink): ClientTransport => ({
  name,
  connect(target, listener) {
    const { clock, lostAfter } = target.settings;
    const asked = new Set<string>();
    let gathered: Uint8Array[] = [];
    let size = 0;
    let channelId = '';
    let cancelPost: (() => void) | undefined;
    /** What was posted, and may not have arrived. */
    let underWay: Uint8Array | undefined;
    /** Whether the server had no room: an empty POST asks for it. */
    let owed = false;
    let refusals = 0;
    let refusedSince = 0;
    let closing = false;

    const came = (envelopes: Envelope[], posted?: boolean): void => {
      envelopes.forEach((envelope) => {
        if (!closing) {
          if ('re'.includes(envelope.kind)) {
            asked.delete(envelope.name);
          }
          listener.received(envelope, posted);
          if (envelope.kind === 'w') {
            channelId = envelope.name;
            post();
          }
        }
      });
      listener.heard(posted);
    };
    const end = (cause?: WherryError): void => {
      closing = true;
      channelId = ''; // Nothing is posted from now on.
      down.stop();
      cancelPost?.();
      listener.closed(cause);
    };
    const refused = (why: WherryError): void => {
      const now = clock.now();
      refusedSince = refusals ? refusedSince : now;
      if (why.code === 'too-many' && now - refusedSince <= lostAfter) {
        owed = true;
        cancelPost = clock.after(REFUSAL_PAUSE * 2 ** Math.min(refusals++, MAX_DOUBLINGS), () => {
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
      if (owed || underWay || size) {
        const asksForRoom = owed;
        const wasFull = size >= HIGH;
        if (!asksForRoom && !underWay) {
          underWay = concat(gathered);
          gathered = [];
          size = 0;
        }
        const body = asksForRoom ? new Uint8Array() : underWay;
        cancelPost = call(target, going(target, 'http', channelId), lostAfter, body, batchIn(target), (answer) => {
          cancelPost = undefined;
          refusals = 0;
          underWay = asksForRoom ? underWay : undefined;
          owed = !answer.length;
          came(answer, !down.posted);
          down.posted?.();
          post();
        }, refused);
        if (wasFull && !size) {
          queueMicrotask(listener.writable);
        }
      } else if (closing) {
        listener.closed();
      }
    };
    const down = downlink(target, {
      asked,
      came,
      position: listener.position,
      ended: () => end(channelId ? undefined : unavailable(NO_WELCOME)),
      failed: end,
    });
    return {
      isWritable: () => size < HIGH,
      send(envelope) {
        const bytes = encode(envelope, '\n');
        if ('qpsu'.includes(envelope.kind)) {
          asked.add(envelope.id);
        }
        gathered.push(bytes);
        size += bytes.length;
        queueMicrotask(post);
      },
      close() {
        closing = true;
        down.stop();
        if (channelId) {
          post();
        } else {
          listener.closed();
        }
      },
    };
  },
});

/** One response that goes on, and what takes it apart. */
const stream = (
  name: string,
  type: string,
  makeReader: (maxMessage: number, taker: (envelope: Envelope) => void) => PieceReader,
): ClientTransport =>
  split(name, (target, down) => ({
    stop: call(
      target,
      opening(target, name),
      target.settings.connectTimeout,
      undefined,
      async (response, inTime) => {
        let envelopes: Envelope[] = [];
        const reader = makeReader(target.settings.maxMessage, (envelope) => envelopes.push(envelope));
        requireType(response, type);
        inTime();
        const pieces = response.body!.getReader();
        for (;;) {
          const { done, value } = await pieces.read();
          if (done) {
            return;
          }
          envelopes = [];
          try {
            reader.push(value);
          } finally {
            down.came(envelopes);
          }
        }
      },
      down.ended,
      down.failed,
    ),
  }));

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
export const comet = stream('comet', BATCH, batchReader);

/**
 * A run of requests, each for what comes after the position that the channel has reached.
 *
 * @param interval how long to wait between them; none where the server holds them
 */
const polls = (name: string, interval?: (target: Target) => number): ClientTransport =>
  split(name, (target, down) => {
    const { clock, connectTimeout, lostAfter } = target.settings;
    let channelId = '';
    let waiting = false;
    let stopped = false;
    let cancel: () => void;
    const ask = (url: string, timeout: number, body?: Uint8Array): void => {
      const begun = clock.now();
      waiting = false;
      cancel = call(target, url, timeout, body, batchIn(target), (envelopes) => {
        if (envelopes[0]?.kind === 'w') {
          channelId = envelopes[0].name;
        }
        down.came(envelopes);
        if (!channelId) {
          throw unavailable(NO_WELCOME);
        }
        const pause =
          interval && !down.asked.size ? interval(target) : envelopes.length ? 0 : begun + SHORTEST_HOLD - clock.now();
        if (!stopped) {
          if (pause > 0) {
            waiting = true;
            cancel = clock.after(pause, next);
          } else {
            next();
          }
        }
      }, down.failed);
    };
    /** Asks again: by an empty POST where answers are wanted of a server that does not hold a GET, since it holds that. */
    const next = (): void => {
      const wantsAnswers = interval && down.asked.size;
      ask(
        going(target, wantsAnswers ? 'http' : name, channelId, down.position()),
        lostAfter * 2,
        wantsAnswers ? new Uint8Array() : undefined,
      );
    };
    ask(opening(target, name), connectTimeout);
    return {
      stop() {
        stopped = true;
        cancel();
      },
      ...(interval && {
        posted() {
          if (waiting && !stopped) {
            cancel();
            next();
          }
        },
      }),
    };
  });

/** Requests that wait until there is news. */
export const longpoll = polls('longpoll');

/** Requests that are answered at once. */
export const http = polls('http', ({ settings }) => settings.pollInterval);
