// SPDX-License-Identifier: Apache-2.0
import type { Attempt } from './attempt.js';
import { transportChoice } from './choice.js';
import { silenceLimit, timer } from './clock.js';
import { dispatch } from './dispatch.js';
import { type Envelope, envelope } from './envelope.js';
import { asError, bad, isFinal, late, unavailable, WherryError } from './errors.js';
import type { Settings } from './options.js';
import type { Position } from './position.js';
import type { Connection, Transport } from './transport.js';
import { watch } from './wake.js';

/** What is added at most, at random, to the time after which a server says to come back. */
const MAX_ADDED = 1000;

/** How long a connection may take to give a sign of life after the machine or page was asleep. */
const WAKE_PATIENCE = 3000;

/** After so many envelopes that the server keeps for this channel, their arrival is reported. */
export const ACKNOWLEDGE_EVERY = 32;

/** What a connector carries. */
export interface Carried {
  readonly settings: Settings;
  position(): Position | undefined;
  /** What the welcome has told, or the settings say. */
  told(): { heartbeat: number; lostAfter: number };
  /** A connection has brought its welcome. */
  welcomed(transport: string, reason: string, welcome: Envelope): void;
  received(envelope: Envelope): void;
  /** Tells the server what has arrived, where it keeps so much for this channel until it knows. */
  report(least?: number): void;
  /** Sends what waits, as far as the connection takes it. */
  transmit(): void;
  /** The connection is gone; another is on its way. Where it is only renewed in order, that is nothing to tell. */
  disconnected(inOrder?: boolean): void;
  /** Another connection carries the channel now: what the server has not acknowledged goes there too. */
  tookOver(transport: string, reason: string): void;
  /** It has ended for good. */
  end(reason: WherryError): void;
}

/** A move that the application has asked for. */
interface Wish {
  to: string;
  done(): void;
  failed(why: WherryError): void;
}

/**
 * Keeps a channel connected: connects, notices what is lost, waits, connects again, and moves to another transport while the
 * present one still works.
 *
 * A move begins with a connection that stands by: it is opened, and carries a question and its answer. Then the server is asked
 * to give it the channel. Until the server says that it has, the old connection carries the channel (`docs/protocol.md`,
 * section 3.3).
 */
export interface Connector {
  /** The connection that carries the channel, once its welcome has come. */
  open(): Connection | undefined;
  /** Moves to a transport, now or when the channel is connected again. */
  moveTo(transport: string, done: () => void, failed: (why: WherryError) => void): void;
  /** The server has ended the channel, and says to come back with a new one after a while, which is no number where that is left to us. */
  comeBack(after: number): void;
  /** Stops for good; the connection is closed after what was sent. */
  stop(whenClosed: () => void): void;
}

export const connector = (channel: Carried, url: string, transports: Record<string, Transport>): Connector => {
  const { settings, position } = channel;
  const { clock, backoffMin, connectTimeout } = settings;
  const names = settings.transports ?? Object.keys(transports);
  const choice = transportChoice(names, url, settings);
  const cutAfter = silenceLimit();
  const pause = timer(clock);
  const visit = timer(clock);
  const look = timer(clock);
  /** The connection that carries the channel, or is to. */
  let current: Attempt | undefined;
  /** The connection that stands by. */
  let candidate: Attempt | undefined;
  /** What the application wants: begun when there is a connection to move from. */
  let wish: Wish | undefined;
  let whyMove = '';
  let channelId = '';
  let lastNumber = 0;
  /** Why the last attempts have failed, for people. */
  let failures = '';
  /** What the first of those that did not get so far as to work was refused for good; once one may work the next time, why that failed. */
  let refusal: WherryError | undefined;
  /** Whether a server has asked to be left alone since a connection worked. */
  let hasWaited = false;
  /** The bound of the next pause, which is random between nothing and that (full jitter). */
  let pauseBound = backoffMin;
  /** Whether the pause is what the server has asked for, and may not be cut short. */
  let mustWait = false;
  let askAfter = Infinity;
  let suspended = false;
  let stopped = false;

  const unknown = names.find((name) => !transports[name]);
  if (unknown) {
    throw bad('transport: ' + unknown);
  }

  const open = (): Attempt | undefined => (current?.open ? current : undefined);

  // ---- connecting

  /** Begins to connect, beside the connection that there is; how long the welcome may take, and then a round trip. */
  const begin = (name: string, patience: number): Attempt => {
    const started = clock.now();
    const deadline = timer(clock);
    let connection: Connection | undefined;
    let isClosed = false;
    let whenClosed = (): void => {};
    const within = (ms = patience): void => deadline(ms, () => attempt.closed(late(ms)));
    const attempt: Attempt = {
      name,
      url,
      settings,
      channelId,
      number: ++lastNumber,
      standby: !!current,
      started,
      heardAt: started,
      sentAt: started,
      deadline,
      position,
      received(got, posted) {
        const { kind } = got;
        if (!isClosed) {
          if (!attempt.open && kind !== 'x' && !(attempt.open = kind === 'w' && !!got.message.position)) {
            attempt.closed(bad('no welcome'));
          } else {
            attempt.carried ||= !'ahtw'.includes(kind);
            received(attempt, got, posted);
          }
        }
      },
      heard(posted) {
        attempt.heardAt = posted ? attempt.heardAt : clock.now();
        channel.report(ACKNOWLEDGE_EVERY);
      },
      writable: channel.transmit,
      closed(cause) {
        if (!isClosed) {
          isClosed = true;
          deadline();
          connection?.close();
          ended(attempt, cause);
          whenClosed();
        }
      },
      hasRoom: () => connection!.hasRoom(),
      send(what) {
        attempt.sentAt = clock.now();
        connection!.send(what);
      },
      ask(ms) {
        within(ms);
        attempt.send(envelope('h', '?', '' + attempt.number));
      },
      takeOver() {
        attempt.takesOver = true;
        within();
        attempt.send(envelope('t', '' + attempt.number, position()));
      },
      close(then) {
        whenClosed = then ?? whenClosed;
        deadline();
        if (isClosed) {
          whenClosed();
        } else {
          connection?.close();
        }
      },
    };
    within();
    try {
      connection = transports[name]!(attempt);
    } catch (e) {
      dispatch(() => attempt.closed(asError(e)));
    }
    return attempt;
  };

  const connect = (): void => {
    pause();
    mustWait = false;
    if (!stopped && !suspended) {
      visitLater();
      current = begin(choice.next(), choice.patience());
    }
  };

  /** Connects after a pause of this side's own, or of what the server says. */
  const again = (wait?: number): void => {
    mustWait = wait! >= 0;
    pause(mustWait ? wait : clock.random() * pauseBound, connect);
    if (!mustWait) {
      pauseBound = Math.min(settings.backoffMax, pauseBound * 2);
    }
  };

  /** Comes back when the server says; a bit later at random, since not all are to come at once. */
  const againAfter = ({ retryAfter }: WherryError): void =>
    again(retryAfter && retryAfter + clock.random() * Math.min(retryAfter, MAX_ADDED));

  const drop = (then?: () => void): void => {
    const attempt = current;
    current = undefined;
    interrupt();
    if (attempt) {
      attempt.close(then);
    } else {
      then?.();
    }
  };

  // ---- looking after the connection

  const visitLater = (): void => {
    const { heartbeat, lostAfter } = channel.told();
    const every = Math.max(20, Math.min(1000, heartbeat / 4, lostAfter / 4));
    const due = clock.now() + every;
    visit(every, () => {
      visitLater();
      const now = clock.now();
      const attempt = open();
      if (!attempt) {
        return;
      }
      const silent = now - attempt.heardAt;
      const quiet = now - attempt.sentAt;
      if (now - due > lostAfter / 2) {
        wake(); // It was asleep: what has come meanwhile is not read yet.
      } else if (silent > lostAfter) {
        attempt.closed(late(lostAfter));
      } else {
        const limit = Math.min(heartbeat, askAfter);
        // A browser does not show a WebSocket's pings: whoever has heard nothing asks.
        const isTime = attempt.works && (quiet >= heartbeat || (silent >= limit && quiet >= limit));
        channel.report(+!isTime);
        if (isTime) {
          attempt.ask(lostAfter);
        }
        if (attempt.works) {
          choice.lived(attempt.name, now - attempt.started);
        }
      }
    });
  };

  /** The page is seen again, the machine is awake or online: finds out at once whether the connection is still there. */
  const wake = (): void => {
    suspended = false;
    if (current?.works) {
      current.heardAt = clock.now();
      current.ask(WAKE_PATIENCE);
    } else if (!current && !mustWait) {
      connect();
    }
  };

  /** The page is put away: its connection is closed until it wakes, while the server keeps the channel. */
  const suspend = (): void => {
    suspended = true;
    disconnect();
  };

  const disconnect = (): void => {
    drop();
    channel.disconnected();
  };

  // ---- moving to another connection

  const move = (to: string, why = 'asked for'): void => {
    look();
    whyMove = why;
    candidate = begin(to, connectTimeout);
  };

  const failWish = (why: WherryError): void => {
    const failed = wish;
    wish = undefined;
    failed?.failed(why);
  };

  /** The connection to move from is gone: what the application wants waits for the next. */
  const interrupt = (): void => {
    look();
    const attempt = candidate;
    candidate = undefined;
    attempt?.close();
  };

  /** Gives a move up that is under way or wished for. */
  const cancelMove = (): void => {
    interrupt();
    failWish(unavailable('not moved'));
  };

  /** The one that was taking over is gone, and the one before has ended meanwhile. */
  const lostBoth = (): void => {
    channel.disconnected();
    again();
  };

  const lookForBetter = (): void => {
    const better = current && choice.better(current.name);
    look();
    if (better && !candidate) {
      look(Math.max(choice.asideFor(better), settings.putAsideMin), () => {
        if (current?.works && !candidate) {
          move(better, 'preferred');
        } else {
          lookForBetter();
        }
      });
    }
  };

  /** The server has given the channel to the one that stood by. */
  const takesOver = (attempt: Attempt): void => {
    const old = current;
    const granted = wish;
    current = attempt;
    candidate = wish = undefined;
    if (granted) {
      choice.pin(attempt.name);
    }
    worked(attempt);
    channel.tookOver(attempt.name, whyMove);
    old?.close();
    granted?.done();
  };

  /** A message has made the round trip on the present connection: moves from it, if the application wants to, or when a better one works. */
  const worked = (attempt: Attempt): void => {
    attempt.deadline();
    if (!attempt.works) {
      attempt.works = true;
      choice.worked(attempt.name);
      pauseBound = backoffMin;
      hasWaited = false;
      failures = '';
      refusal = undefined;
      if (!wish) {
        lookForBetter();
      } else if (!candidate) {
        move(wish.to);
      }
    }
  };

  // ---- what comes

  const received = (attempt: Attempt, got: Envelope, posted?: boolean): void => {
    const { kind, name } = got;
    const isAnswer = kind === 'h' && name === '!';
    if (attempt === candidate) {
      if (kind === 'w') {
        if (name === channelId) {
          attempt.ask();
        } else {
          attempt.closed(new WherryError('unknown-channel'));
        }
      } else if (kind === 'a') {
        channel.received(got);
      } else if (isAnswer && !attempt.takesOver) {
        attempt.takeOver();
      } else if (!'hx'.includes(kind)) {
        takesOver(attempt);
      }
    }
    if (attempt === current && !stopped) {
      // What the server has taken by POST says nothing of the way down, once that has worked.
      if (isAnswer || (kind === 'a' && !(posted && attempt.works))) {
        worked(attempt);
      }
      if (kind === 'w') {
        channelId = name;
        attempt.ask(); // Before everything else.
        channel.welcomed(attempt.name, failures || 'connected', got);
        visitLater();
      } else {
        channel.received(got);
      }
    }
  };

  // ---- when one ends

  const ended = (attempt: Attempt, cause?: WherryError): void => {
    const reason = cause ?? unavailable('closed');
    if (attempt === candidate) {
      candidate = undefined;
      failWish(reason);
      choice.putAside(attempt.name);
      if (current) {
        lookForBetter();
      } else {
        lostBoth();
      }
    } else if (attempt === current) {
      current = undefined;
      // It may have been ended because the other one has the channel already.
      if (!candidate?.takesOver) {
        interrupt();
        channel.disconnected(!cause && attempt.open);
        if (!stopped) {
          comeAgain(attempt, reason, !cause);
        }
      }
    }
  };

  const comeAgain = (attempt: Attempt, reason: WherryError, inOrder: boolean): void => {
    const { code, retryAfter } = reason;
    const { name, open, works, started, heardAt } = attempt;
    const isLasting = isFinal(reason);
    const wasCut = works && !isLasting;
    if (code === 'unknown-channel') {
      // A channel that was just opened may be lost again and again, where its requests come to several servers.
      const isOfNoChannel = open || !channelId;
      channelId = '';
      again(isOfNoChannel ? undefined : 0);
    } else if ((code === 'superseded' && attempt.number < lastNumber) || (inOrder && open && attempt.carried)) {
      again(0);
    } else if (open && /superseded|closed/.test(code)) {
      channel.end(reason);
    } else if (globalThis.navigator?.onLine === false && !isLasting) {
      // It says nothing of the transport, and the event `online` ends the pause.
      again();
    } else if (!wasCut && retryAfter !== undefined && !hasWaited) {
      // The server is there and wants to be left alone for a while: that says nothing of the transport, the first time.
      hasWaited = true;
      againAfter(reason);
    } else {
      failures += `${name}: ${reason.message}; `;
      if (wasCut) {
        const now = clock.now();
        askAfter = cutAfter(now - heardAt);
        choice.cut(name, now - started);
        againAfter(reason);
      } else {
        notWorking(name, reason);
      }
    }
  };

  /** A transport does not work: another may. What one is refused, for good, another may be allowed; all of them means the channel. */
  const notWorking = (name: string, reason: WherryError): void => {
    refusal = refusal && isFinal(reason) ? refusal : reason;
    if (choice.failed(name) && reason.retryAfter === undefined) {
      connect();
    } else if (isFinal(refusal)) {
      channel.end(refusal);
    } else {
      failures = '';
      refusal = undefined;
      againAfter(reason);
    }
  };

  const watching = watch(settings.events ?? globalThis, wake, suspend);
  connect();
  return {
    open,
    moveTo(to, done, failed) {
      if (stopped || !names.includes(to)) {
        failed(stopped ? new WherryError('closed') : bad('transport: ' + to));
        return;
      }
      const isLast = !current && candidate?.takesOver;
      cancelMove();
      wish = { to, done, failed };
      if (isLast) {
        lostBoth();
      } else if (current?.works) {
        move(to);
      }
    },
    comeBack(after) {
      channelId = '';
      disconnect();
      again(after);
    },
    stop(whenClosed) {
      stopped = true;
      watching.abort();
      pause();
      visit();
      cancelMove();
      drop(whenClosed);
    },
  };
};
