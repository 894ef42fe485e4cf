// SPDX-License-Identifier: Apache-2.0
// Choice, back-off, signs of life and wake-up, by a clock and a network that do what they are told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, Message } from '../dist/wherry.mjs';
import { FakeClock, FakeNetwork, settle } from './fakes.mjs';

let tests = 0;

/** A channel to a server of its own, so that what is known of the paths to other servers does not count. */
function open(options = {}) {
  const clock = new FakeClock();
  const network = new FakeNetwork(clock);
  const events = new EventTarget();
  const { WebSocket, fetch } = network;
  const url = `http://server${++tests}.example/wherry`;
  const channel = connect(url, { clock, WebSocket, fetch, events, transports: ['websocket'], ...options });
  return { channel, clock, network, events };
}

/** The connection is cut, and the server does not know the channel any more. */
async function lose(network, clock) {
  network.socket.cut();
  await clock.advance(200);
  network.socket.cut(4410);
  await clock.advance(0);
}

const happen = (events, type) => events.dispatchEvent(new Event(type));

test('pauses are random below a bound that doubles', async () => {
  const { clock, network, channel } = open();
  for (let i = 0; i < 9; i++) {
    network.socket.cut();
    await clock.advance(i === 0 ? 100 : Math.min(10_000, 100 * 2 ** i));
  }
  assert.deepEqual(network.pauses, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  network.socket.work();
  network.socket.cut();
  await clock.advance(100);
  assert.equal(network.attempts.length, 11, 'the shortest bound again, since something has worked');
  await channel.close();
});

test('each transport is tried within the time for connecting, longer in the second round', async () => {
  const { clock, network, channel } = open({ transports: ['websocket', 'sse', 'longpoll', 'comet', 'http'] });
  await clock.advance(5000);
  assert.deepEqual(network.names, ['websocket', 'sse', 'longpoll', 'comet', 'http']);
  assert.deepEqual(network.pauses, [1000, 1000, 1000, 1000]);
  await clock.advance(100);
  assert.equal(network.last.transport, 'websocket');
  await clock.advance(2000);
  assert.deepEqual(network.names.slice(5), ['websocket', 'sse']);
  assert.equal(network.pauses.at(-1), 2000);
  await channel.close();
});

test('what all transports are refused for good ends the channel', async () => {
  const { network, channel } = open();
  const ended = new Promise((resolve) => channel.onClose(resolve));
  network.socket.cut(4403, 'not you');
  const { code, message } = await ended;
  assert.deepEqual([code, message, channel.state], ['forbidden', 'not you', 'closed']);
});

test('comes back when the server says, and not sooner', async () => {
  const { clock, network, events, channel } = open();
  network.socket.work();
  network.socket.cut(4503, 'retry-after=4000');
  await clock.advance(4000);
  happen(events, 'online');
  await settle();
  assert.equal(network.attempts.length, 1);
  await clock.advance(500);
  assert.equal(network.attempts.length, 2);
  await channel.close();
});

test('what is cut soon, three times, is put aside, and tried again beside what works', async () => {
  const { clock, network, channel } = open({ transports: ['websocket', 'sse'], putAsideMin: 2000 });
  for (let i = 0; i < 3; i++) {
    network.socket.work(i ? 'resumed' : 'new');
    assert.equal(network.last.transport, 'websocket');
    network.socket.cut();
    await clock.advance(200);
  }
  assert.equal(network.last.transport, 'sse');
  assert.match(network.last.url.search, /channel=ID&connection=4&after=e-10$/);
  const encoder = new TextEncoder();
  let down;
  const body = new ReadableStream({ start: (controller) => (down = controller) });
  network.last.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
  down.enqueue(encoder.encode('data: w e-10 0 - ID resumed\n\n'));
  await settle();
  assert.equal(channel.transport, 'sse');
  down.enqueue(encoder.encode('data: h - 0 - !\ndata: \n\n'));
  await clock.advance(2000);
  assert.equal(network.last.transport, 'websocket');
  assert.match(network.last.url.search, /standby=true/);
  const { socket } = network;
  socket.receive('w e-10 0 - ID resumed');
  assert.match(socket.sent[0], /^h - 0 - \? 5/);
  socket.receive('h - 0 - !');
  assert.match(socket.sent[1], /^t - 0 - 5 e-10/);
  assert.equal(channel.transport, 'sse');
  socket.receive('t - 0 - 5');
  assert.equal(channel.transport, 'websocket');
  await channel.close();
});

test('a silent connection is asked, and then given up', async () => {
  const { clock, network, channel } = open();
  const { socket } = network;
  socket.work();
  await clock.advance(16_000);
  assert.match(socket.sent.at(-1), /^h - 0 - \? 1/);
  socket.receive('h - 0 - !');
  await clock.advance(39_000);
  assert.equal(channel.state, 'open');
  await clock.advance(3000);
  assert.ok(socket.closed);
  assert.equal(network.attempts.length, 2);
  assert.equal(channel.state, 'reconnecting');
  await channel.close();
});

test('after a sleep a connection is asked before it is given up', async () => {
  const { clock, network, channel } = open();
  const { socket } = network;
  socket.work();
  await clock.advance(100);
  clock.sleep(3_600_000);
  await clock.advance(1000);
  assert.equal(channel.state, 'open');
  assert.match(socket.sent.at(-1), /^h - 0 - \? 1/);
  socket.receive('h - 0 - !');
  await clock.advance(5000);
  assert.equal(channel.state, 'open');
  clock.sleep(3_600_000);
  await clock.advance(4500);
  assert.equal(channel.state, 'reconnecting', 'it did not answer');
  await channel.close();
});

test('a page that is seen again asks at once', async () => {
  const { clock, network, events, channel } = open();
  const { socket } = network;
  socket.work();
  const before = socket.sent.length;
  happen(events, 'visibilitychange');
  assert.equal(socket.sent.length, before + 1);
  await clock.advance(3000);
  assert.ok(socket.closed);
  await channel.close();
});

test('online again ends the pause', async () => {
  const { clock, network, events, channel } = open();
  network.socket.work();
  clock.chance = 0.999;
  network.socket.cut();
  await settle();
  assert.equal(network.attempts.length, 1);
  happen(events, 'online');
  assert.equal(network.attempts.length, 2);
  assert.match(network.last.url.search, /channel=ID/);
  await channel.close();
});

test('a page that is put away lets its connection go, and resumes when it is back', async () => {
  const { clock, network, events, channel } = open();
  network.socket.work();
  happen(events, 'pagehide');
  assert.ok(network.socket.closed);
  await clock.advance(60_000);
  assert.equal(network.attempts.length, 1);
  happen(events, 'pageshow');
  assert.equal(network.attempts.length, 2);
  network.socket.work('resumed');
  assert.equal(channel.state, 'open');
  await channel.close();
});

test('what is not acknowledged is sent again under the same numbers', async () => {
  const { clock, network, channel } = open();
  const sent = ['a', 'b', 'c'].map((text) => channel.send('x', text));
  network.socket.work();
  assert.deepEqual(network.socket.sent.slice(1), ['d 1 1 text x\na', 'd 2 1 text x\nb', 'd 3 1 text x\nc']);
  network.socket.cut();
  await clock.advance(200);
  network.socket.work('resumed', 'acked=2\n');
  await Promise.all(sent.slice(0, 2));
  assert.deepEqual(network.socket.sent.slice(1), ['d 3 1 text x\nc']);
  network.socket.receive('a - 0 - 3');
  await sent[2];
  await channel.close();
});

test('what a server that stops has not applied goes to the next channel, as if it were new', async () => {
  const { clock, network, channel } = open();
  const sent = ['a', 'b'].map((text) => channel.send('x', text));
  const asked = channel.request('y');
  network.socket.work();
  network.socket.receive('x - 4 text unavailable 3000 1', 'stop');
  await sent[0];
  await clock.advance(2999);
  assert.equal(network.attempts.length, 1);
  await clock.advance(1);
  assert.doesNotMatch(network.last.url.search, /channel=/);
  network.socket.work('new', '', 'f-0', 'OTHER');
  assert.deepEqual(network.socket.sent.slice(1), ['d 1 1 text x\nb', 'q 2 0 - y\n']);
  network.socket.receive('a - 0 - 2').receive('r f-0.1 2 text 2', 'ok');
  assert.equal((await asked).text(), 'ok');
  await sent[1];
  await channel.close();
});

test('what nobody knows the fate of fails when the channel is lost', async () => {
  const { clock, network, channel } = open();
  const gaps = [];
  channel.onGap((gap) => gaps.push(gap));
  const asked = channel.request('y');
  network.socket.work();
  await lose(network, clock);
  network.socket.work('new', '', 'e-20', 'OTHER');
  await assert.rejects(asked, { code: 'unknown-channel' });
  await settle();
  assert.deepEqual(gaps, [{ topic: '*', reason: 'channel' }]);
  await channel.close();
});

test('a channel that is lost as soon as it is opened is opened again after a pause that grows', async () => {
  const { clock, network, channel } = open();
  network.socket.cut(4410);
  for (let i = 0; i < 4; i++) {
    await clock.advance(100 * 2 ** i);
    network.socket.receive('w e-10 0 - ID new');
    network.socket.cut(4410);
  }
  assert.deepEqual(network.pauses, [100, 200, 400, 800], 'where none was named, and where a new one was lost');
  await clock.advance(1600);
  network.socket.work();
  network.socket.cut();
  await clock.advance(100);
  assert.match(network.last.url.search, /channel=ID/);
  network.socket.cut(4410);
  await clock.advance(0);
  assert.equal(network.pauses.at(-1), 0, 'one that was not just opened');
  assert.doesNotMatch(network.last.url.search, /channel=/);
  await channel.close();
});

test('a channel that is lost again before its topics were renewed renews them once, from where the first was lost', async () => {
  const { clock, network, channel } = open();
  const heard = [];
  channel.subscribe('t', (message) => heard.push(message.text() + ' ' + message.position));
  network.socket.work();
  network.socket.receive('a - 0 - 1').receive('r e-10.1 4 text 1', 'e-10').receive('m e-12 1 text t', 'a');
  await lose(network, clock);
  network.socket.work('new', '', 'e-20', 'SECOND');
  assert.deepEqual(network.socket.sent.slice(1), ['s 1 0 - t after e-12\n']);
  network.socket.receive('y e-20.1 1 text t e-13', 'b');
  await lose(network, clock);
  network.socket.work('new', '', 'e-30', 'THIRD');
  assert.deepEqual(network.socket.sent.slice(1), ['s 1 0 - t after e-13\n']);
  network.socket.receive('y e-30.1 1 text t e-13', 'b').receive('y e-30.2 1 text t e-14', 'c');
  network.socket.receive('a - 0 - 1').receive('r e-30.3 4 text 1', 'e-30').receive('m e-31 1 text t', 'd');
  await settle();
  assert.deepEqual(heard, ['a e-12', 'b e-13', 'c e-14', 'd e-31']);
  await channel.close();
});

/** A channel over an event stream that works. */
async function openStream() {
  const opened = open({ transports: ['sse'] });
  const { network } = opened;
  let down;
  const body = new ReadableStream({ start: (controller) => (down = controller) });
  await settle();
  network.last.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
  const receive = async (envelope) => {
    down.enqueue(new TextEncoder().encode(envelope.replace(/^/gm, 'data: ') + '\n\n'));
    await settle();
  };
  const answer = async (batch, status = 200, headers = { 'content-type': 'application/vnd.wherry.v1' }) => {
    network.last.resolve(new Response(batch || null, { status, headers }));
    await settle();
  };
  await receive('w e-10 0 - ID new');
  await answer('a - 0 - 0\n\n');
  await receive('h - 0 - !');
  return { ...opened, receive, answer, posts: () => network.attempts.slice(1) };
}

test('what a server has no room for is kept, and sent again when an empty POST has found room', async () => {
  const { clock, channel, answer, posts } = await openStream();
  const sent = channel.send('x', 'a');
  await settle();
  await answer('', 429, {});
  await clock.advance(20);
  assert.equal(posts().at(-1).body, '');
  await answer('', 429, {});
  await clock.advance(39);
  assert.equal(posts().length, 3);
  await clock.advance(1);
  assert.equal(posts().at(-1).body, '');
  await answer('a - 0 - 0\n\n');
  assert.equal(posts().at(-1).body, 'd 1 1 text x\na\n');
  await answer('a - 0 - 1\n\n');
  await sent;
  assert.equal(channel.state, 'open');
  assert.equal(posts().length, 5);
  channel.close();
});

test('a stream that is silent is given up, though POSTs are answered', async () => {
  const { clock, channel, answer, posts } = await openStream();
  for (let i = 1; i <= 42 && channel.state === 'open'; i++) {
    await clock.advance(1000);
    if (posts().at(-1).transport === 'http' && !posts().at(-1).answered) {
      posts().at(-1).answered = true;
      await answer(`a - 0 - 0\n\n`);
    }
  }
  assert.equal(channel.state, 'reconnecting');
  channel.close();
});

test('what comes twice is taken once, in order, and a gap is told once', async () => {
  const { network, channel } = open();
  const heard = [];
  const gaps = [];
  channel.onGap((gap) => gaps.push(gap));
  const { subscribed } = channel.subscribe('t', (message) => heard.push(message.text() + ' ' + message.position));
  const { socket } = network;
  socket.work();
  socket.receive('a - 0 - 1').receive('m e-11 1 text t', '?').receive('r e-11.1 4 text 1', 'e-11');
  assert.equal(await subscribed, 'e-11');
  socket.receive('m e-12 1 text t', 'a').receive('m e-12 1 text t', 'a').receive('m e-11 1 text t', '?');
  socket.receive('g - 0 - t overrun e-20').receive('g - 0 - t overrun e-20').receive('g - 0 - t overrun e-12');
  socket.receive('m e-21 1 text t', 'b');
  socket.receive('g f-3 0 - * epoch e-30').receive('m f-4 1 text t', 'c').receive('m f-4 1 text t', 'c');
  await settle();
  assert.deepEqual(heard, ['a e-12', 'b e-21', 'c f-4']);
  assert.deepEqual(gaps, [
    { topic: 't', reason: 'overrun', upTo: 'e-20' },
    { topic: '*', reason: 'epoch', upTo: 'e-30' },
  ]);
  await channel.close();
});

test('keys travel with what is published and read', async () => {
  const { network, channel } = open();
  const heard = [];
  channel.subscribe('t', (message) => heard.push([message.text(), message.key, message.position]));
  const published = channel.publish('t', Message.of('a').withKey('k'));
  assert.throws(() => channel.publish('t', Message.of('a').withKey('two words')), { code: 'bad-request' });
  const { socket } = network;
  socket.work();
  assert.deepEqual(socket.sent.slice(1), ['s 1 0 - t now\n', 'p 2 1 text t k\na']);
  socket.receive('a - 0 - 2').receive('y e-10.1 1 text t e-9 k', 'h').receive('r e-10.2 4 text 1', 'e-10');
  socket.receive('m e-11 1 text t k', 'a').receive('r e-11.1 4 text 2', 'e-11').receive('m e-12 1 text t', 'b');
  assert.equal(await published, 'e-11');
  await settle();
  assert.deepEqual(heard, [['h', 'k', 'e-9'], ['a', 'k', 'e-11'], ['b', undefined, 'e-12']]);
  await channel.close();
});

test('messages wait for their handler, and what it throws is no matter', async (t) => {
  const { network, channel } = open();
  t.mock.method(console, 'error', () => {});
  const heard = [];
  network.socket.work();
  network.socket.receive('d e-10.1 1 text x', 'a').receive('d e-10.2 1 text x', 'b');
  assert.match(network.socket.sent.at(-1), /^a - 0 - e-10\.2/);
  channel.onMessage('x', (message) => {
    heard.push(message.text());
    throw new Error('oops');
  });
  network.socket.receive('q e-10.3 0 - nobody');
  await settle();
  assert.deepEqual(heard, ['a', 'b']);
  assert.match(network.socket.sent.at(-1), /^e 1 \d+ text e-10\.3 unknown-handler\n/);
  network.socket.receive('a - 0 - 1');
  await channel.close();
});

test('what is too much is refused, and who waited is told of room', async () => {
  const { network, channel } = open({ outboundHigh: 10, maxUnacknowledged: 20 });
  let told = 0;
  channel.onWritable(() => told++);
  network.socket.work('new', 'max-message=15\n');
  assert.throws(() => channel.send('no name', ''), { code: 'bad-request' });
  await assert.rejects(channel.send('x', 'x'.repeat(16)), { code: 'too-large' });
  const sent = channel.send('x', 'x'.repeat(15));
  assert.equal(channel.isWritable, false);
  await assert.rejects(channel.send('x', 'x'.repeat(6)), { code: 'too-many' });
  network.socket.receive('a - 0 - 1');
  await sent;
  assert.equal(channel.isWritable, true);
  await settle();
  assert.equal(told, 1);
  await channel.close();
});

test('a request that is not answered in time fails', async () => {
  const { clock, network, channel } = open();
  network.socket.work();
  const asked = assert.rejects(channel.request('y', 'z', 1000), { code: 'timeout' });
  await clock.advance(1000);
  await asked;
  network.socket.receive('a - 0 - 1');
  await channel.close();
});

test('closing says goodbye after what was sent, and leaves nothing behind', async () => {
  const { clock, network, channel } = open();
  network.socket.work();
  channel.send('x', 'a');
  const closed = channel.close();
  assert.equal(channel.state, 'open');
  await assert.rejects(channel.send('x', 'b'), { code: 'closed' });
  network.socket.receive('a - 0 - 1');
  await closed;
  assert.match(network.socket.sent.at(-1), /^x - 0 - -/);
  assert.ok(network.socket.closed);
  assert.equal(channel.state, 'closed');
  assert.ok(clock.isIdle);
});

test('a newer connection that is not its own ends the channel', async () => {
  const { clock, network, channel } = open();
  network.socket.work();
  network.socket.cut(4409);
  assert.equal(channel.state, 'closed');
  assert.ok(clock.isIdle);
});
