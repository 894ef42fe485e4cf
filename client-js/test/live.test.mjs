// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { connect, Message, Start, WherryError } from '../dist/wherry.mjs';
import { startProxy, startServer } from './server.mjs';

const TRANSPORTS = ['websocket', 'sse', 'longpoll', 'comet', 'http'];
const timeout = 60_000;

let server;
let proxy;
before(async () => {
  server = await startServer();
  proxy = await startProxy(server.port);
});
after(async () => {
  await proxy?.stop();
  await server?.stop();
});

const open = (options = {}, by = proxy) =>
  connect(`http://127.0.0.1:${by.port}/wherry`, { WebSocket, pollInterval: 50, backoffMin: 20, backoffMax: 200, ...options });

/** A way to the server of which nothing is known. */
const freshProxy = () => startProxy(server.port);

/** Waits until something is so. */
async function until(condition, what) {
  const end = Date.now() + 30_000;
  while (!condition()) {
    assert.ok(Date.now() < end, `not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const numbered = (prefix, count) => Array.from({ length: count }, (_, i) => prefix + i);
let lastPrefix = 0;
const prefix = () => `p${++lastPrefix}x`;

for (const transport of TRANSPORTS) {
  test(`${transport}: subscribes, sends, asks, is asked, publishes`, { timeout }, async () => {
    const channel = open({ transports: [transport] });
    const heard = [];
    const echoed = [];
    channel.onMessage('echo', (message) => echoed.push(message));
    channel.onRequest('question', (message) => 'answer to ' + message.text());
    let asked = '';
    channel.onMessage('asked', (message) => (asked = message.text()));
    await channel.subscribe('news', (message) => heard.push(message.text())).subscribed;
    assert.equal(channel.transport, transport);
    assert.equal(channel.state, 'open');

    const text = prefix() + 'größe 😀\r\n';
    const at = await channel.publish('news', text);
    await until(() => heard.includes(text), 'news');
    assert.match(at, /^[a-z0-9]+-\d+$/);

    await channel.send('echo', 'hello');
    await channel.send('echo', new Uint8Array([0, 10, 255]));
    await channel.send('echo', { a: [1] });
    await until(() => echoed.length === 3, 'echoes');
    assert.deepEqual(echoed.map((message) => message.format), ['text', 'bytes', 'json']);
    assert.equal(echoed[0].text(), 'hello');
    assert.deepEqual([...echoed[1].bytes()], [0, 10, 255]);
    assert.deepEqual(echoed[2].json(), { a: [1] });

    assert.equal((await channel.request('transport')).text(), transport);
    await assert.rejects(channel.request('nothing'), (e) => e instanceof WherryError && e.code === 'unknown-handler');
    await assert.rejects(channel.subscribe('nothing', () => {}).subscribed, { code: 'unknown-topic' });
    channel.send('ask', 'why');
    await until(() => asked, 'the answer to a question');
    assert.equal(asked, 'answer to why');

    const { key } = await new Promise((resolve) => {
      channel.subscribe('news', (message) => message.text() === 'keyed' && resolve(message));
      channel.publish('news', Message.of('keyed').withKey('schlüssel'));
    });
    assert.equal(key, 'schlüssel');

    const late = [];
    await channel.subscribe('news', Start.last(1), (message) => late.push(message.text())).subscribed;
    await until(() => late.length, 'history');
    assert.deepEqual(late, ['keyed']);
    await channel.close();
    assert.equal(channel.state, 'closed');
    await assert.rejects(channel.request('now'), { code: 'closed' });
  });

  test(`${transport}: loses, doubles and reorders nothing across cuts`, { timeout }, async () => {
    const channel = open({ transports: [transport] });
    const down = prefix();
    const up = prefix();
    const heard = [];
    const gaps = [];
    let reconnects = 0;
    channel.onGap((gap) => gaps.push(gap));
    channel.onState((state) => (reconnects += state === 'reconnecting'));
    await channel.subscribe('news', (message) => message.text().startsWith(down) && heard.push(message.text())).subscribed;
    channel.send('publish', `${down} 400 2`);
    const sending = [];
    for (let i = 0; i < 400; i++) {
      sending.push(channel.send('record', up + i));
      if (i % 50 === 25) {
        proxy.cut();
      }
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    await Promise.all(sending);
    await until(() => heard.length >= 400, 'all news');
    assert.deepEqual(heard, numbered(down, 400));
    assert.deepEqual((await channel.request('recorded', up)).text().split(','), numbered(up, 400));
    assert.deepEqual(gaps, []);
    assert.ok(reconnects > 0, 'it was cut');
    await channel.close();
  });
}

test('changes transports under load without a break', { timeout }, async () => {
  const way = await freshProxy();
  const channel = open({}, way);
  const down = prefix();
  const up = prefix();
  const heard = [];
  const states = [];
  channel.onGap((gap) => assert.fail(JSON.stringify(gap)));
  await channel.subscribe('news', (message) => message.text().startsWith(down) && heard.push(message.text())).subscribed;
  channel.onState((state) => states.push(state));
  channel.send('publish', `${down} 1500 1`);
  const sending = [];
  let going = true;
  const load = (async () => {
    for (let i = 0; going; i++) {
      sending.push(channel.send('record', up + i));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  for (const transport of ['sse', 'longpoll', 'comet', 'http', 'websocket', 'comet', 'sse', 'http', 'longpoll', 'websocket']) {
    await channel.switchTo(transport);
    assert.equal(channel.transport, transport);
    assert.equal((await channel.request('transport')).text(), transport);
  }
  going = false;
  await load;
  await Promise.all(sending);
  await until(() => heard.length >= 1500, 'all news');
  assert.deepEqual(heard, numbered(down, 1500));
  assert.deepEqual((await channel.request('recorded', up)).text().split(','), numbered(up, sending.length));
  assert.deepEqual(states, ['open'], 'nobody waits');
  await assert.rejects(channel.switchTo('pigeon'), { code: 'bad-request' });
  await channel.close();
  await way.stop();
});

test('a blocked WebSocket falls back, and comes back when it works', { timeout }, async () => {
  const way = await freshProxy();
  way.blocked = /^GET \/wherry\/websocket/;
  const channel = open({ putAsideMin: 200, putAsideMax: 400 }, way);
  const changes = [];
  channel.onTransport((change) => changes.push(change.to));
  channel.onState((state) => assert.notEqual(state, 'reconnecting'));
  assert.equal((await channel.request('transport')).text(), 'sse');
  const refused = way.refused;
  await until(() => way.refused > refused, 'another try');
  assert.equal(channel.transport, 'sse');
  way.blocked = undefined;
  await until(() => channel.transport === 'websocket', 'the return');
  assert.deepEqual(changes, ['sse', 'websocket']);
  await channel.close();
  await way.stop();
});

test('no WebSocket at all is a transport that does not work', { timeout }, async () => {
  const way = await freshProxy();
  const channel = open({ WebSocket: class { constructor() { throw new Error('none'); } } }, way);
  assert.equal((await channel.request('transport')).text(), 'sse');
  await channel.close();
  await way.stop();
});

test('a lost server is noticed, and a new one found, with the gap told', { timeout }, async () => {
  let other = await startServer({ heartbeat: '200ms', 'lost-after': '600ms' });
  const way = await startProxy(other.port);
  const channel = connect(`http://127.0.0.1:${way.port}/wherry`, { WebSocket, backoffMin: 20, backoffMax: 200 });
  const heard = [];
  const gaps = [];
  channel.onGap((gap) => gaps.push(gap.topic + ' ' + gap.reason));
  await channel.subscribe('news', (message) => heard.push(message.text())).subscribed;
  await channel.publish('news', 'before');

  way.silent = true;
  await until(() => channel.state === 'reconnecting', 'the loss');
  way.silent = false;
  await until(() => channel.state === 'open', 'the return');
  assert.deepEqual(gaps, []);

  const { port } = other;
  await other.kill();
  other = await startServer({}, port);
  await until(() => gaps.length >= 2, 'gaps');
  assert.deepEqual(gaps.sort(), ['* channel', 'news epoch']);
  await until(() => channel.state === 'open', 'the return');
  await channel.publish('news', 'after');
  await until(() => heard.length >= 2, 'news of the new server');
  assert.deepEqual(heard, ['before', 'after']);
  await channel.close();
  await way.stop();
  await other.stop();
});

test('what a topic has dropped is told as a gap', { timeout }, async () => {
  const channel = open({ transports: ['sse'] });
  const first = await channel.publish('small', 'old0');
  for (const text of numbered('small', 20)) {
    await channel.publish('small', text);
  }
  const gaps = [];
  const heard = [];
  channel.onGap((gap) => gaps.push(gap));
  await channel.subscribe('small', Start.after(first), (message) => heard.push(message.text())).subscribed;
  await until(() => heard.length === 10, 'history');
  assert.deepEqual(heard, numbered('small', 20).slice(10));
  assert.equal(gaps.length, 1);
  assert.equal(gaps[0].reason, 'overrun');
  await channel.close();
});

test('an end by the server is told', { timeout }, async () => {
  const channel = open();
  const ended = new Promise((resolve) => channel.onClose(resolve));
  channel.send('end');
  assert.equal((await ended).code, 'closed');
  assert.equal(channel.state, 'closed');
});
