// SPDX-License-Identifier: Apache-2.0
import type { WherryError } from './errors.js';
import type { Content, Message } from './message.js';
import type { Position, Start } from './position.js';
import type { MessageListener, Subscription } from './subscriptions.js';

/** Where a channel stands: no connection yet; connected; between two connections; ended. */
export type State = 'connecting' | 'open' | 'reconnecting' | 'closed';

/** A change of the transport that carries a channel. */
export interface TransportChange {
  /** The transport before; empty for the first. */
  from: string;
  to: string;
  /** Why, for people to read. */
  reason: string;
}

/** Messages that a reader has missed and cannot get any more. */
export interface Gap {
  /** The topic, `*` for all. */
  topic: string;
  /** The topic dropped them; the log began anew; the channel was lost, and what was sent to it alone. */
  reason: 'overrun' | 'epoch' | 'channel';
  /** The position of the last message that is missing, where that is known. */
  upTo?: Position | undefined;
}

/** Takes messages that the other side sends to its name. */
export type Handler = (message: Message, channel: Channel) => void;

/** Answers requests to its name. What it throws is an answer too: a {@link WherryError} with its code and message. */
export type RequestHandler = (message: Message, channel: Channel) => Content | undefined | Promise<Content | undefined>;

/**
 * A two-way conversation with a server. It outlives its connections: it goes on over another one, of the same transport or not,
 * and ends when one side closes it or when the server's resume window is over.
 *
 * What one side sends arrives at the other in the order of the calls, each once, across reconnects, as long as the channel
 * lives. What cannot be kept is told: to {@link onGap} for a reader that has missed messages, by a promise that is rejected for
 * a sender. Promises need not be looked at.
 */
export interface Channel {
  /** Unguessable, and a secret of the two sides; empty before the first connection. */
  readonly id: string;
  /** The transport that carries the channel now, or that did last; empty before the first. */
  readonly transport: string;
  readonly state: State;
  /** What has been received. Whoever keeps a position keeps that of the last message that was dealt with. */
  readonly position: Position | undefined;
  /** Whether a message can be sent without queueing behind more than `outboundHigh` bytes. */
  readonly isWritable: boolean;

  /** Sends a message to a handler of the server; kept when the server has it. */
  send(to: string, content?: Content): Promise<void>;
  /** Asks a handler of the server. */
  request(to: string, content?: Content, timeout?: number): Promise<Message>;
  /** Publishes to a topic, where the server allows it, with the key that a message has; the message's position. */
  publish(topic: string, content?: Content): Promise<Position>;
  /** Listens to a topic from now on. A second subscription to the same topic adds a listener. */
  subscribe(topic: string, listener: MessageListener): Subscription;
  /** Listens to a topic from a start on. */
  subscribe(topic: string, start: Start, listener: MessageListener): Subscription;

  /** Sets the handler of a name; it gets what came before too. */
  onMessage(name: string, handler: Handler): this;
  /** Sets the handler that answers requests to a name. */
  onRequest(name: string, handler: RequestHandler): this;
  /** Sets who is told of gaps. */
  onGap(listener: (gap: Gap) => void): this;
  /** Sets who is told when the state changes; of the present state at once, where that is no longer `connecting`. */
  onState(listener: (state: State) => void): this;
  /** Sets who is told when another transport carries the channel; of the last change at once, where there was one. */
  onTransport(listener: (change: TransportChange) => void): this;
  /** Sets who is told of the end, once; at once when the channel has ended. */
  onClose(listener: (reason: WherryError) => void): this;
  /** Sets who is told when {@link isWritable} turns true again. */
  onWritable(listener: () => void): this;

  /**
   * Moves to another connection while the present one still works: nothing is lost or doubled, and nobody waits. The channel
   * stays with that transport until it fails. A channel that is not connected now is moved when it is again.
   */
  switchTo(transport: string): Promise<void>;
  /** Closes the channel for good, after what was sent before. */
  close(): Promise<void>;
}
