// SPDX-License-Identifier: Apache-2.0
import { decode, encode, headOf } from './envelope.js';
import { asError, codeOf, WherryError } from './errors.js';
import { call } from './http.js';
import { type ClientTransport, headersOf, HIGH, opening } from './transport.js';

const LOOK_AGAIN = 20;

type SocketConstructor = new (url: string, protocols: string[], options: object) => WebSocket;

/** One socket both ways. */
export const websocket: ClientTransport = {
  name: 'websocket',
  connect(target, listener) {
    const { settings, url } = target;
    const { clock, maxMessage } = settings;
    let socket: WebSocket | undefined;
    let looking = false;
    const isWritable = (): boolean => !!socket && socket.bufferedAmount < HIGH;
    const look = (): void => {
      looking = !isWritable();
      if (looking) {
        clock.after(LOOK_AGAIN, look);
      } else {
        listener.writable();
      }
    };
    const begin = (ticket?: string): void => {
      const Socket = (settings.WebSocket ?? WebSocket) as SocketConstructor;
      const at = opening(target, 'websocket').replace('http', 'ws') + (ticket ? '&ticket=' + ticket : '');
      // A browser's takes no third argument; that of the package ws takes headers there.
      socket = new Socket(at, ['wherry.v1'], { headers: headersOf(settings) });
      socket.binaryType = 'arraybuffer';
      socket.onmessage = ({ data }) => {
        try {
          const envelope = decode(data as string | ArrayBuffer, maxMessage);
          if (envelope) {
            listener.received(envelope);
          }
          listener.heard();
        } catch (e) {
          listener.closed(asError(e));
        }
      };
      socket.onerror = () => {}; // The close that follows says more.
      socket.onclose = ({ code, reason }) => {
        const retryAfter = /^retry-after=(\d+)$/.exec(reason)?.[1];
        listener.closed(
          new WherryError(
            codeOf(code < 4000 ? code : code - 4000),
            reason || 'closed with ' + code,
            retryAfter ? +retryAfter : undefined,
          ),
        );
      };
    };
    let cancel = (): void => {};
    if (settings.tickets) {
      const fetched = (response: Response): Promise<string> => response.text();
      cancel = call(target, url + '/ticket', settings.connectTimeout, new Uint8Array(), fetched, begin, listener.closed);
    } else {
      begin();
    }
    return {
      isWritable,
      send(envelope) {
        const { message } = envelope;
        socket!.send(/text|json/.test(message.format) ? headOf(envelope) + message.text() : (encode(envelope) as BufferSource));
        if (!looking && !isWritable()) {
          look();
        }
      },
      close() {
        cancel();
        socket?.close();
        listener.closed();
      },
    };
  },
};
