// SPDX-License-Identifier: Apache-2.0
import { type Attempt, makeAttempt, type Owner } from './attempt.js';
import { LASTED, transportChoice } from './choice.js';
import type { Inner } from './client-channel.js';
import { silenceLimit } from './clock.js';
import { bad, isFinal, unavailable, WherryError } from './errors.js';
import type { ClientTransport } from './transport.js';

/** What is added at most, at random, to the time after which a server says to come back. */
const MAX_ADDED = 1000;

/** How long a connection may take to give a sign of life after the machine or page was asleep. */
const WAKE_PATIENCE = 3000;

/** A move that the application has asked for. */
interface Wish {
  to: ClientTransport;
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
  open(): Attempt | undefined;
  connect(): void;
  /** The page is seen again, the machine is awake or online: finds out at once whether the connection is still there. */
  wake(): void;
  /** The page is put away: its connection is closed until it wakes, while the server keeps the channel. */
  suspend(): void;
  /** Moves to a transport, now or when the channel is connected again. */
  switchTo(transport: string, done: () => void, failed: (why: WherryError) => void): void;
  /** The server has ended the channel, and says to come back with a new one, perhaps after a while. */
  comeBack(after: number | undefined): void;
  /** Stops for good; the connection is closed after what was sent. */
  stop(whenClosed: () => void): void;
}

export const connector = (channel: Inner, url: string, transports: ClientTransport[]): Connector => {
  const { settings } = channel;
  const { clock } = settings;
  const choice = transportChoice(transports, url, settings);
  const cutAfter = silenceLimit();
  /** The connection that carries the channel, or is to. */
  let current: Attempt | undefined;
  /** The connection that stands by. */
  let candidate: Attempt | undefined;
  /** What the application wants: begun when there is a connection to move from. */
  let wish: Wish | undefined;
  let whyMove = '';
  let channelId: string | undefined;
  let lastNumber = 0;
  /** Why the last attempts have failed. */
  let failures = '';
  let firstRefusal: WherryError | undefined;
  let allRefused = true;
  /** Whether a server has asked to be left alone since a connection worked. */
  let hasWaited = false;
  /** The bound of the next pause, which is random between nothing and that (full jitter). */
  let pauseBound = settings.backoffMin;
  let askAfter = Infinity;
  let stopPause: (() => void) | undefined;
  /** Whether the pause may be cut short: it is this side's own, and not what the server has asked for. */
  let mayHurry = false;
  let stopVisits = (): void => {};
  let stopLooking = (): void => {};
  let suspended = false;
  let stopped = false;

  const open = (): Attempt | undefined => (current?.open ? current : undefined);

  // ---- connecting

  const begin = (transport: ClientTransport, standby: boolean, patience: number): Attempt =>
    makeAttempt(
      owner,
      transport,
      {
        url,
        settings,
        channelId,
        after: channelId && channel.position,
        number: ++lastNumber,
        standby,
      },
      patience,
    );

  const connect = (): void => {
    stopPause?.();
    stopPause = undefined;
    if (!stopped && !suspended) {
      current = begin(choice.next(), false, choice.patience());
      visitLater();
      current.connect();
    }
  };

  const again = (pause?: number): void => {
    stopPause?.();
    mayHurry = pause === undefined;
    stopPause = clock.after(pause ?? clock.random() * pauseBound, connect);
    if (mayHurry) {
      pauseBound = Math.min(settings.backoffMax, pauseBound * 2);
    }
  };

  /** Comes back when the server says; a bit later at random, since not all are to come at once. */
  const againAfter = ({ retryAfter }: WherryError): void =>
    again(retryAfter === undefined ? undefined : retryAfter + clock.random() * Math.min(retryAfter, MAX_ADDED));

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
    const { heartbeat, lostAfter } = channel.told;
    const every = Math.max(20, Math.min(1000, heartbeat / 4, lostAfter / 4));
    const due = clock.now() + every;
    stopVisits();
    stopVisits = clock.after(every, () => {
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
        attempt.giveUp(new WherryError('timeout', `silent for ${lostAfter} ms`));
      } else {
        const limit = Math.min(heartbeat, askAfter);
        // A browser does not show a WebSocket's pings: whoever has heard nothing asks.
        const isTime = attempt.works && (quiet >= heartbeat || (silent >= limit && quiet >= limit));
        channel.inbound.report(!isTime);
        if (isTime) {
          attempt.ask(lostAfter);
        }
        if (attempt.works && now - attempt.started > LASTED) {
          choice.lasted(attempt.transport);
        }
      }
    });
  };

  const wake = (): void => {
    suspended = false;
    if (current?.works) {
      current.heardAt = clock.now();
      current.ask(WAKE_PATIENCE);
    } else if (!current && (!stopPause || mayHurry)) {
      connect();
    }
  };

  // ---- moving to another connection

  const move = (to: ClientTransport, why: string): void => {
    stopLooking();
    whyMove = why;
    candidate = begin(to, true, settings.connectTimeout);
    candidate.connect();
  };

  const failWish = (why: WherryError): void => {
    const failed = wish;
    wish = undefined;
    failed?.failed(why);
  };

  /** The connection to move from is gone: what the application wants waits for the next. */
  const interrupt = (): void => {
    stopLooking();
    const attempt = candidate;
    candidate = undefined;
    attempt?.close();
  };

  /** Gives a move up that is under way or wished for. */
  const cancelMove = (why: string): void => {
    interrupt();
    failWish(unavailable('not moved: ' + why));
  };

  const moveFailed = (attempt: Attempt, why: WherryError): void => {
    candidate = undefined;
    failWish(why);
    choice.putAside(attempt.transport);
    if (current) {
      lookForBetter();
    } else {
      lostBoth();
    }
  };

  /** The one that was taking over is gone, and the one before has ended meanwhile. */
  const lostBoth = (): void => {
    channel.disconnected();
    again();
  };

  const lookForBetter = (): void => {
    stopLooking();
    const wait = current ? choice.betterIn(current.transport) : Infinity;
    if (wait < Infinity && !candidate) {
      stopLooking = clock.after(Math.max(wait, settings.putAsideMin), () => {
        const better = current?.works && !candidate && choice.better(current.transport);
        if (better) {
          move(better, 'preferred');
        } else {
          lookForBetter();
        }
      });
    }
  };

  /** A message has made the round trip on the present connection: moves from it, if the application wants to, or when a better one works. */
  const worked = (attempt: Attempt): void => {
    const isFirst = !attempt.works;
    attempt.worked();
    if (isFirst) {
      choice.worked(attempt.transport);
      pauseBound = settings.backoffMin;
      firstRefusal = undefined;
      hasWaited = false;
      allRefused = true;
      failures = '';
      if (!wish) {
        lookForBetter();
      } else if (!candidate) {
        move(wish.to, 'asked for');
      }
    }
  };

  // ---- when one ends

  const note = ({ transport }: Attempt, reason: WherryError, more = ''): void => {
    failures += `${transport.name}: ${reason.message}${more}; `;
  };

  const comeAgain = (attempt: Attempt, cause?: WherryError): void => {
    const reason = cause ?? unavailable('closed');
    const { code } = reason;
    const { transport, works } = attempt;
    if (code === 'unknown-channel') {
      channelId = undefined;
      connect();
    } else if (code === 'superseded' && attempt.number < lastNumber) {
      again(0);
    } else if (attempt.open && /superseded|closed/.test(code)) {
      channel.end(reason);
    } else if (!cause && attempt.open && attempt.carried) {
      again(0);
    } else if (globalThis.navigator?.onLine === false && !isFinal(reason)) {
      // It says nothing of the transport, and the event `online` ends the pause.
      again();
    } else if (works && !isFinal(reason)) {
      askAfter = cutAfter(clock.now() - attempt.heardAt);
      note(attempt, reason, choice.cut(transport, clock.now() - attempt.started) ? ', again and again' : '');
      againAfter(reason);
    } else {
      notWorking(attempt, reason);
    }
  };

  /** A transport does not work: another may. What one is refused, for good, another may be allowed; all of them means the channel. */
  const notWorking = (attempt: Attempt, reason: WherryError): void => {
    const mustWait = reason.retryAfter !== undefined;
    if (mustWait && !hasWaited) {
      // The server is there and wants to be left alone for a while: that says nothing of the transport, the first time.
      hasWaited = true;
      againAfter(reason);
      return;
    }
    note(attempt, reason);
    if (isFinal(reason)) {
      firstRefusal ??= reason;
    } else {
      allRefused = false;
    }
    if (choice.failed(attempt.transport) && !mustWait) {
      connect();
    } else {
      const refusal = allRefused ? firstRefusal : undefined;
      failures = '';
      firstRefusal = undefined;
      allRefused = true;
      if (refusal) {
        channel.end(refusal);
      } else {
        againAfter(reason);
      }
    }
  };

  const owner: Owner = {
    received(attempt, envelope, posted) {
      const { kind, name } = envelope;
      // What the server has taken by POST says nothing of the way down, once that has worked.
      const isAnswer = (kind === 'a' && !(posted && attempt.works)) || (kind === 'h' && name === '!');
      if (attempt === candidate) {
        if (kind === 'w') {
          if (name === channelId) {
            attempt.ask();
          } else {
            attempt.giveUp(new WherryError('unknown-channel', 'another channel'));
          }
          return;
        }
        if (kind === 'a' || kind === 'x') {
          if (kind === 'a') {
            channel.inbound.received(envelope);
          }
          return;
        }
        if (kind === 'h') {
          if (isAnswer && !attempt.takesOver) {
            attempt.takeOver(channel.position!);
          }
          return;
        }
        // It carries the channel from now on.
        const old = current;
        const granted = wish;
        current = attempt;
        candidate = wish = undefined;
        if (granted) {
          choice.pin(attempt.transport);
        }
        worked(attempt);
        channel.tookOver(attempt.transport.name, whyMove);
        old?.close();
        granted?.done();
      }
      if (attempt === current && !stopped) {
        if (isAnswer) {
          worked(attempt);
        }
        if (kind === 'w') {
          channelId = name;
          channel.welcomed(attempt.transport.name, failures || 'connected', envelope, () => attempt.ask());
          visitLater();
        } else {
          channel.inbound.received(envelope);
        }
      }
    },
    heard(attempt) {
      if (attempt === current) {
        channel.inbound.heard();
      }
    },
    writable(attempt) {
      if (attempt === current) {
        channel.transmit();
      }
    },
    ended(attempt, cause) {
      if (attempt === candidate) {
        moveFailed(attempt, cause ?? unavailable('closed'));
      } else if (attempt === current) {
        current = undefined;
        // It may have been ended because the other one has the channel already.
        if (!candidate?.takesOver) {
          interrupt();
          channel.disconnected(!cause && attempt.open);
          if (!stopped) {
            comeAgain(attempt, cause);
          }
        }
      }
    },
    position: () => channel.position,
  };

  return {
    open,
    connect,
    wake,
    suspend() {
      suspended = true;
      drop();
      channel.disconnected();
    },
    switchTo(name, done, failed) {
      const to = transports.find((one) => one.name === name);
      if (!to || stopped) {
        failed(to ? new WherryError('closed', 'closed') : bad('transport: ' + name));
        return;
      }
      const isLast = !current && candidate?.takesOver;
      cancelMove('moved elsewhere');
      wish = { to, done, failed };
      if (isLast) {
        lostBoth();
      } else if (current?.works) {
        move(to, 'asked for');
      }
    },
    comeBack(after) {
      channelId = undefined;
      drop();
      channel.disconnected();
      again(after);
    },
    stop(whenClosed) {
      stopped = true;
      stopPause?.();
      stopVisits();
      cancelMove('closed');
      const stopTimer = clock.after(settings.closeTimeout, whenClosed);
      drop(() => {
        stopTimer();
        whenClosed();
      });
    },
  };
};
