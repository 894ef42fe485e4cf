// SPDX-License-Identifier: Apache-2.0
// What counts and cuts: stand-ins for the browser's fetch, EventSource and WebSocket. No part of the techniques.

const encoder = new TextEncoder();
const length = (data) => (typeof data === "string" ? encoder.encode(data).length : (data?.byteLength ?? 0));

/** Finished requests that the browser has not reported yet. */
const unreported = new Set();

const reports = new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    for (const request of unreported) {
      if (request.url === entry.name && Math.abs(request.began - entry.startTime) < 20) {
        unreported.delete(request);
        request.reported(entry.transferSize);
        break;
      }
    }
  }
  performance.clearResourceTimings();
});
reports.observe({ type: "resource" });

/** Makes the ways to the server of one panel, which count what passes until they are cut. */
export function meter() {
  const severing = new Set();

  const self = {
    requests: 0,
    bytes: 0,
    /** Whether some of the bytes were counted here, since the browser reports only what has ended. */
    isEstimate: false,
    isCut: false,

    /** Ends what is open, as a lost network does, and lets nothing begin. */
    cut() {
      self.isCut = true;
      for (const sever of severing) sever();
      severing.clear();
    },

    mend() {
      self.isCut = false;
      self.ways.events.dispatchEvent(new Event("online"));
    },
  };

  self.ways = {
    async fetch(url, options = {}) {
      if (self.isCut) throw new TypeError("cut");
      const ending = new AbortController();
      const sever = () => ending.abort(new TypeError("cut"));
      const signals = [ending.signal, options.signal].filter(Boolean);
      const request = { url: new URL(url, location.href).href, began: performance.now(), reported() {} };
      severing.add(sever);
      unreported.add(request);
      self.requests++;

      let counted = length(options.body);
      self.bytes += counted;
      // Where the stream ends before its report has come, what was counted stands.
      const forget = () => {
        severing.delete(sever);
        setTimeout(() => unreported.delete(request), 1000);
      };
      try {
        const answer = await fetch(url, { ...options, signal: AbortSignal.any(signals) });
        let read = 0;
        request.reported = (size) => {
          if (size) self.bytes += Math.max(0, size - read);
          read = Math.max(size, read);
        };
        ending.signal.addEventListener("abort", forget);
        options.signal?.addEventListener("abort", forget);
        const count = new TransformStream({
          transform(piece, out) {
            read += piece.length;
            self.bytes += piece.length;
            out.enqueue(piece);
          },
          flush: forget,
        });
        const isStream = /comet|sse/.test(url);
        self.isEstimate ||= isStream;
        if (!answer.body || answer.status === 204) forget();
        const body = answer.status === 204 ? null : answer.body?.pipeThrough(count);
        return new Response(body, { status: answer.status, headers: answer.headers });
      } catch (e) {
        forget();
        throw e;
      }
    },

    // A page cannot cut an EventSource as a network does; after close() it is as if it had been refused.
    EventSource: function (url) {
      self.isEstimate = true;
      if (self.isCut) return refused("onerror", { readyState: 2, addEventListener() {} });
      const events = new EventSource(url);
      const count = ({ data, lastEventId }) => (self.bytes += length(`id: ${lastEventId}\ndata: ${data}\n\n`));
      self.requests++;
      let isFirst = true;
      events.addEventListener("open", () => {
        self.requests += isFirst ? 0 : 1;
        isFirst = false;
      });
      events.addEventListener("message", count);
      events.addEventListener("gap", count);
      severing.add(() => {
        events.close();
        events.dispatchEvent(new Event("error"));
      });
      return events;
    },

    WebSocket: function (url, protocols) {
      self.isEstimate = true;
      if (self.isCut) return refused("onclose", { readyState: 3, bufferedAmount: 0, send() {}, close() {} });
      const socket = new WebSocket(url, protocols);
      // RFC 6455, section 5.2: two bytes or more before each message, and four more for the mask of what goes up.
      const frame = (size) => size + (size < 126 ? 2 : size < 65536 ? 4 : 10);
      self.requests++;
      socket.addEventListener("message", ({ data }) => (self.bytes += frame(length(data))));
      socket.send = (data) => {
        self.bytes += frame(length(data)) + 4;
        WebSocket.prototype.send.call(socket, data);
      };
      const sever = () => {
        const { onclose } = socket;
        socket.onmessage = socket.onerror = socket.onclose = null;
        socket.close();
        onclose?.({ code: 1006, reason: "" });
      };
      severing.add(sever);
      socket.addEventListener("close", () => severing.delete(sever));
      return socket;
    },

    /** Tells what the window tells, and that a line is mended. */
    events: new EventTarget(),
  };
  for (const type of ["online", "offline", "pageshow", "pagehide", "visibilitychange"]) {
    window.addEventListener(type, () => self.ways.events.dispatchEvent(new Event(type)));
  }
  return self;
}

/** Something that is over before it has begun, and says so. */
function refused(handler, dead) {
  queueMicrotask(() => dead[handler]?.({ code: 1006, reason: "" }));
  return dead;
}
