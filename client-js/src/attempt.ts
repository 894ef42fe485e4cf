// SPDX-License-Identifier: Apache-2.0
import type { Timer } from './clock.js';
import type { Connection, Line } from './transport.js';

/**
 * One connection of a channel, from the attempt to its end. It is open when its welcome has come, and works when a message has
 * made the round trip on it. What takes too long for either ends it.
 */
export interface Attempt extends Line, Connection {
  readonly name: string;
  readonly started: number;
  heardAt: number;
  sentAt: number;
  open?: boolean;
  works?: boolean;
  /** Whether the server was asked to give the channel to this connection. */
  takesOver?: boolean;
  /** Whether it has carried more than what belongs to connecting: coming back at once would not go on for ever. */
  carried?: boolean;
  /** How long a sign of life may take. */
  deadline: Timer;
  /** Asks for a sign of life that makes the round trip, within a time where one is given. */
  ask(patience?: number): void;
  /** Asks the server to give the channel to this connection. */
  takeOver(): void;
  /** Closes the connection after what was sent, and tells when it is closed. */
  close(then?: () => void): void;
}
