// SPDX-License-Identifier: Apache-2.0
import { type Envelope, envelope, positionOf } from './envelope.js';
import { asError, bad, WherryError } from './errors.js';
import type { Position } from './position.js';
import type { ClientTransport, Connection, ConnectionListener, Target } from './transport.js';

/** Who is told what happens on a connection. */
export interface Owner {
  received(attempt: Attempt, envelope: Envelope, posted: boolean): void;
  /** Something has come, and no more is at hand. */
  heard(attempt: Attempt): void;
  writable(attempt: Attempt): void;
  /** It could not be made, or has ended: in good order without a cause. Called once. */
  ended(attempt: Attempt, cause?: WherryError): void;
  position(): Position | undefined;
}

/**
 * One connection of a channel, from the attempt to its end. It is open when its welcome has come, and works when a message has
 * made the round trip on it. What takes too long for either ends it.
 */
export interface Attempt {
  readonly transport: ClientTransport;
  readonly number: number;
  readonly started: number;
  open: boolean;
  works: boolean;
  /** Whether the server was asked to give the channel to this connection. */
  takesOver: boolean;
  /** Whether it has carried more than what belongs to connecting: coming back at once would not go on for ever. */
  carried: boolean;
  heardAt: number;
  sentAt: number;
  connect(): void;
  isWritable(): boolean;
  send(envelope: Envelope): void;
  /** Asks for a sign of life that makes the round trip, within a time where one is given. */
  ask(patience?: number): void;
  /** Asks the server to give the channel to this connection. */
  takeOver(after: Position): void;
  /** A message has made the round trip. */
  worked(): void;
  /** Ends it for a reason of this side's. */
  giveUp(why: WherryError): void;
  /** Closes the connection after what was sent, and tells when it is closed. */
  close(then?: () => void): void;
}

/**
 * Makes one that has not begun.
 *
 * @param patience how long the welcome may take, and then a round trip
 */
export const makeAttempt = (owner: Owner, transport: ClientTransport, target: Target, patience: number): Attempt => {
  const { settings, number } = target;
  const { clock } = settings;
  const started = clock.now();
  let connection: Connection | undefined;
  let closed = false;
  let stopDeadline = (): void => {};
  let whenClosed = (): void => {};

  const end = (cause?: WherryError): void => {
    if (!closed) {
      closed = true;
      stopDeadline();
      connection?.close();
      owner.ended(self, cause);
      whenClosed();
    }
  };
  const deadline = (ms = patience): void => {
    stopDeadline();
    stopDeadline = clock.after(ms, () => end(new WherryError('timeout', `no answer within ${ms} ms`)));
  };
  const alive = (posted: boolean): void => {
    self.heardAt = posted ? self.heardAt : clock.now();
  };
  const listener: ConnectionListener = {
    received(got, posted = false) {
      alive(posted);
      if (!closed) {
        if (!self.open && got.kind === 'w' && positionOf(got)) {
          self.open = true;
        } else if (!self.open && got.kind !== 'x') {
          end(bad('no welcome'));
          return;
        }
        self.carried ||= !'ahtw'.includes(got.kind);
        owner.received(self, got, posted);
      }
    },
    heard(posted = false) {
      alive(posted);
      if (self.open && !closed) {
        owner.heard(self);
      }
    },
    writable() {
      if (self.open && !closed) {
        owner.writable(self);
      }
    },
    closed: end,
    position: owner.position,
  };
  const self: Attempt = {
    transport,
    number,
    started,
    open: false,
    works: false,
    takesOver: false,
    carried: false,
    heardAt: started,
    sentAt: started,
    connect() {
      deadline();
      try {
        connection = transport.connect(target, listener);
      } catch (e) {
        end(asError(e));
      }
    },
    isWritable: () => connection!.isWritable(),
    send(what) {
      self.sentAt = clock.now();
      connection!.send(what);
    },
    ask(ms) {
      deadline(ms);
      self.send(envelope('h', '?', '' + number));
    },
    takeOver(after) {
      self.takesOver = true;
      deadline();
      self.send(envelope('t', '' + number, after));
    },
    worked() {
      self.works = true;
      stopDeadline();
    },
    giveUp: end,
    close(then = () => {}) {
      whenClosed = then;
      stopDeadline();
      if (closed) {
        then();
      } else {
        connection!.close();
      }
    },
  };
  return self;
};
