// SPDX-License-Identifier: Apache-2.0

/** Lets everything run that waits for nothing but its turn. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Time that goes on when it is told to. */
export class FakeClock {
  time = 1_000_000;
  chance = 0.5;
  #timers = new Set();

  now = () => this.time;
  random = () => this.chance;
  after = (ms, action) => {
    const timer = { at: this.time + ms, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  async advance(ms) {
    const end = this.time + ms;
    for (;;) {
      await settle();
      const due = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) {
        break;
      }
      this.#timers.delete(due);
      this.time = Math.max(this.time, due.at);
      due.action();
    }
    this.time = end;
    await settle();
  }

  /** The machine sleeps: time goes on, and no timer is called. */
  sleep(ms) {
    this.time += ms;
  }

  get isIdle() {
    return !this.#timers.size;
  }
}

/** The sockets and requests that a channel makes, in order. */
export class FakeNetwork {
  /** `{transport, url, at, ...}` of each. */
  attempts = [];

  constructor(clock) {
    const network = this;
    this.clock = clock;
    this.WebSocket = class {
      bufferedAmount = 0;
      sent = [];

      constructor(url) {
        this.url = new URL(url);
        network.attempts.push({ transport: 'websocket', url: this.url, at: clock.time, socket: this });
      }

      send(data) {
        this.sent.push(data);
      }

      close() {
        this.closed = true;
      }

      receive(head, payload = '') {
        this.onmessage({ data: head + '\n' + payload });
        return this;
      }

      /** Welcomes, and lets a message make the round trip. */
      work(argument = 'new', values = '', position = 'e-10', id = 'ID') {
        const payload = `heartbeat=15000\nlost-after=40000\n${values}`;
        this.receive(`w ${position} ${payload.length} text ${id} ${argument}`, payload);
        return this.receive('h - 0 - !');
      }

      cut(code = 1006, reason = '') {
        this.onclose({ code, reason });
      }
    };
    this.fetch = (url, { signal, body }) => {
      const transport = new URL(url).pathname.split('/').pop();
      return new Promise((resolve, reject) => {
        network.attempts.push({ transport, url: new URL(url), at: clock.time, body: body && new TextDecoder().decode(body), resolve, reject });
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    };
  }

  get last() {
    return this.attempts.at(-1);
  }

  get socket() {
    return this.last.socket;
  }

  get names() {
    return this.attempts.map((attempt) => attempt.transport);
  }

  /** The times between the attempts. */
  get pauses() {
    return this.attempts.slice(1).map((attempt, i) => attempt.at - this.attempts[i].at);
  }
}
