// SPDX-License-Identifier: Apache-2.0
import { timer } from './clock.js';
import { decode, encode, headOf, isText } from './envelope.js';
import { asError, codeOf, WherryError } from './errors.js';
import { call, EMPTY } from './http.js';
import { textOf } from './message.js';
import { headersOf, HIGH, opening, type Transport } from './transport.js';

const LOOK_AGAIN = 20;

type SocketConstructor = new (url: string, protocols: string[], options: object) => WebSocket;

/** One socket both ways. */
export const websocket: Transport = (line) => {
  const { settings, url, closed } = line;
  let socket: WebSocket | undefined;
  const again = timer(settings.clock);
  let cancel = (): void => {};
  const hasRoom = (): boolean => !!socket && socket.bufferedAmount < HIGH;
  /** A browser does not tell when there is room again. */
  const look = (): void => {
    if (hasRoom()) {
      line.writable();
    } else {
      again(LOOK_AGAIN, look);
    }
  };
  const begin = (ticket?: string): void => {
    const Socket = (settings.WebSocket ?? WebSocket) as SocketConstructor;
    const at = opening(line, 'websocket').replace('http', 'ws') + (ticket ? '&ticket=' + ticket : '');
    // A browser's takes no third argument; that of the package ws takes headers there.
    socket = new Socket(at, ['wherry.v1'], { headers: headersOf(settings) });
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => {
      try {
        decode(data as string | ArrayBuffer, settings.maxMessage, line.received);
        line.heard();
      } catch (e) {
        closed(asError(e));
      }
    };
    socket.onerror = () => {}; // The close that follows says more.
    socket.onclose = ({ code, reason }) =>
      closed(
        new WherryError(
          codeOf(code < 4000 ? code : code - 4000),
          reason || 'closed ' + code,
          +/^retry-after=(\d+)$/.exec(reason)?.[1]!,
        ),
      );
  };
  if (settings.tickets) {
    let ticket = '';
    cancel = call(
      line,
      url + '/ticket',
      settings.connectTimeout,
      EMPTY,
      () => {},
      (_, cause) => (cause ? closed(cause) : begin(ticket)),
      'text/plain',
      () => (piece) => {
        ticket += piece ? textOf(piece) : '';
      },
    );
  } else {
    begin();
  }
  return {
    hasRoom,
    send(envelope) {
      const { message } = envelope;
      socket!.send(isText(message) ? headOf(envelope) + message.text() : (encode(envelope) as BufferSource));
      if (!hasRoom()) {
        look();
      }
    },
    close() {
      cancel();
      again();
      socket?.close();
      closed();
    },
  };
};
