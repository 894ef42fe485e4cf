// SPDX-License-Identifier: Apache-2.0
// The client and the browsers' own event sources in real browsers: Chromium and Firefox, where they are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { connect } from '../dist/wherry.mjs';
import { findBrowser, launch, until } from './browsers.mjs';
import { startProxy, startServer, startTlsServer } from './server.mjs';

const MOVES = ['websocket', 'sse', 'longpoll', 'comet', 'http', 'websocket'];
const CUTS = 100;
const GUIDE = new URL('../../docs/browsers.md', import.meta.url);
const timeout = 90_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Opens event sources and nothing else; what they hear is kept in the page. */
function listen(count) {
  globalThis.heard = Array.from({ length: count }, () => []);
  globalThis.gaps = [];
  return Promise.all(globalThis.heard.map((list) => {
    const events = new EventSource('/wherry/sse?topic=news');
    events.onmessage = (event) => list.push(event.data);
    events.addEventListener('gap', (event) => globalThis.gaps.push(JSON.parse(event.data).reason));
    return new Promise((resolve) => (events.onopen = resolve));
  }));
}

/** Moves a channel through transports while messages come; what it finds. */
async function moveThrough(moves) {
  const found = { transports: [], states: [] };
  const heard = [];
  const channel = globalThis.Wherry.connect('/wherry', { pollInterval: 100 });
  channel.onRequest('question', (message) => 'answer to ' + message.text());
  channel.onMessage('asked', (message) => (found.asked = message.text()));
  channel.onState((state) => found.states.push(state));
  await channel.subscribe('news', (message) => message.text()[0] === 'n' && heard.push(message.text())).subscribed;
  channel.send('publish', 'n 300 3');
  for (const transport of moves) {
    await channel.switchTo(transport);
    found.transports.push((await channel.request('transport')).text());
  }
  channel.send('ask', 'why');
  while (heard.length < 300 || !found.asked) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await channel.close();
  return { ...found, heard };
}

/** Opens a channel that is kept in the page, with what it hears. */
function follow(options, by = 'connect') {
  globalThis.heard = [];
  globalThis.gaps = [];
  globalThis.states = [];
  globalThis.channel = globalThis.Wherry[by]('/wherry', { backoffMin: 20, backoffMax: 200, ...options });
  globalThis.channel.onState((state) => globalThis.states.push(state));
  globalThis.channel.onGap((gap) => globalThis.gaps.push(`${gap.topic} ${gap.reason}`));
  return globalThis.channel.subscribe('news', (message) => globalThis.heard.push(message.text())).subscribed;
}

/** Cuts an event source a hundred times, on a page and from a server of its own; what it heard, and what there was to hear. */
async function cutAgainAndAgain(browser) {
  const server = await startServer({ 'sse.retry': '20ms' });
  const way = await startProxy(server.port);
  const publisher = connect(`http://127.0.0.1:${server.port}/wherry`, { WebSocket, backoffMax: 200 });
  try {
    let last = 0;
    const publish = () => publisher.publish('news', `m${++last}`);
    const page = await browser.newPage();
    const arrives = () => until(page, (to) => heard[0].at(-1) === to, `message ${last}`, `m${last}`);
    await page.goto(`http://127.0.0.1:${way.port}/`);
    await page.evaluate(listen, 1);
    await publish();
    for (let cuts = 0; cuts < CUTS; cuts++) {
      await arrives();
      way.cut();
      await publish();
      await publish();
    }
    await arrives();
    const { heard, gaps } = await page.evaluate(() => ({ heard: globalThis.heard[0], gaps: globalThis.gaps }));
    await page.close();
    return { heard, gaps, published: Array.from({ length: last }, (_, i) => `m${i + 1}`) };
  } finally {
    await publisher.close();
    await way.stop();
    await server.stop();
  }
}

describe('browsers', { concurrency: 2 }, () => ['chromium', 'firefox'].forEach((name) => {
  const program = findBrowser(name);
  const skip = program || process.env.CI === 'true' ? false : `no ${name} found`;

  describe(name, { skip, concurrency: 1 }, () => {
    let browser;
    let cutting;
    let server;
    let publisher;
    let last = 0;
    const publish = () => publisher.publish('news', `m${++last}`);
    const since = (first, to = last) => Array.from({ length: to - first }, (_, i) => `m${first + 1 + i}`);

    before(async () => {
      assert.ok(program, `no ${name} found (expected: one, where CI is true)`);
      server = await startServer({ 'sse.retry': '20ms' });
      publisher = connect(`http://127.0.0.1:${server.port}/wherry`, { WebSocket, backoffMax: 200 });
      browser = await launch(name);
      // Firefox waits half a second at least before it comes back, whatever the server says: that goes on beside the other tests.
      cutting = cutAgainAndAgain(browser);
      cutting.catch(() => {});
    });
    after(async () => {
      await browser?.close();
      await publisher?.close();
      await server?.stop();
    });

    /** A page of the server, by a way of its own. */
    const openPage = async () => {
      const way = await startProxy(server.port);
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${way.port}/`);
      return { page, way, close: async () => { await page.close(); await way.stop(); } };
    };

    test('the client moves through all transports', { timeout }, async () => {
      const { page, close } = await openPage();
      const { heard, ...rest } = await page.evaluate(moveThrough, MOVES);
      assert.deepEqual(rest, { transports: MOVES, states: ['open', 'closed'], asked: 'answer to why' });
      assert.deepEqual(heard, Array.from({ length: 300 }, (_, i) => 'n' + i));
      await close();
    });

    test('the client gets through where WebSocket is blocked and streams are held back', { timeout }, async () => {
      const { page, way, close } = await openPage();
      way.blocked = /^GET \/wherry\/websocket/;
      way.buffered = /^GET \/wherry\/(sse|comet)/;
      await page.evaluate(follow, { transports: ['websocket', 'sse', 'comet', 'longpoll'], connectTimeout: 2000 });
      assert.equal(await page.evaluate(() => channel.transport), 'longpoll');
      await publish();
      await until(page, (to) => heard.at(-1) === to, 'news', `m${last}`);
      await close();
    });

    test('the client goes on after it was offline', { timeout }, async () => {
      const { page, way, close } = await openPage();
      await page.evaluate(follow, {});
      const first = last;
      await publish();
      await until(page, () => heard.length === 1, 'news');
      way.silent = true;
      await page.setOfflineMode(true);
      await until(page, () => channel.state === 'reconnecting', 'the loss');
      await publish();
      await pause(300);
      way.silent = false;
      way.cut();
      await page.setOfflineMode(false);
      await until(page, () => heard.length === 2, 'what was missed');
      assert.deepEqual(await page.evaluate(() => ({ heard, gaps })), { heard: since(first), gaps: [] });
      await close();
    });

    test('tabs share one connection', { timeout }, async () => {
      const way = await startProxy(server.port);
      const tabs = await Promise.all([1, 2, 3].map(() => browser.newPage()));
      for (const tab of tabs) {
        await tab.goto(`http://127.0.0.1:${way.port}/`);
        await tab.addScriptTag({ url: '/wherry/shared.js' });
        await tab.evaluate(follow, {}, 'connectShared');
      }
      const first = last;
      const all = async (open) => {
        for (const tab of open) {
          await until(tab, (to) => heard.at(-1) === to, 'news', `m${last}`);
        }
      };
      await publish();
      await all(tabs);
      way.cut();
      await publish();
      await all(tabs);
      await tabs[2].evaluate(() => channel.switchTo('sse'));
      await until(tabs[0], () => channel.transport === 'sse', 'the move');
      await publish();
      await all(tabs);
      const [one, two, three] = tabs;
      assert.equal(way.requests.filter((request) => /wherry\/websocket/.test(request)).length, 2);
      assert.equal(way.requests.filter((request) => /wherry\/sse/.test(request)).length, 1);
      assert.equal(await one.evaluate(async () => (await channel.request('transport')).text()), 'sse');
      await assert.rejects(one.evaluate(() => channel.request('nothing')), /handler/);
      // What the server asks is answered by one of them.
      await two.evaluate(() => channel.onRequest('question', (message) => 'two: ' + message.text()) && undefined);
      await one.evaluate(() => {
        channel.onMessage('asked', (message) => (globalThis.asked = message.text()));
        channel.send('ask', 'why');
      });
      await until(one, () => globalThis.asked === 'two: why', 'the answer');
      await one.close();
      await publish();
      await all([two, three]);
      await three.evaluate(() => channel.close());
      assert.equal(await three.evaluate(() => channel.state), 'closed');
      await publish();
      await all([two]);
      assert.deepEqual(await two.evaluate(() => heard), since(first));
      assert.deepEqual(await two.evaluate(() => gaps), []);
      await two.close();
      await three.close();
      await way.stop();
    });

    for (const by of ['a lock', 'signs of life']) {
      test(`a tab that crashes is noticed by ${by}`, { timeout }, async () => {
        const { page: stays, close } = await openPage();
        const crashes = await browser.newPage();
        await crashes.goto(stays.url());
        for (const tab of [stays, crashes]) {
          await tab.evaluate((hasLocks) => {
            // Registered before the script's, so that it hears nothing, as when the tab crashes.
            addEventListener('pagehide', (event) => event.stopImmediatePropagation());
            if (!hasLocks) {
              Object.defineProperty(navigator, 'locks', { value: undefined });
            }
          }, by === 'a lock');
          await tab.addScriptTag({ url: '/wherry/shared.js' });
          await tab.evaluate(follow, { lostAfter: 400 }, 'connectShared');
          await tab.evaluate((name) => channel.onRequest('question', () => name) && undefined, tab === stays ? 'stays' : 'crashes');
        }
        const answeredBy = async (who) => {
          const end = Date.now() + 30_000;
          do {
            assert.ok(Date.now() < end, `not within 30 s: the answer of the one that ${who}`);
            await stays.evaluate(() => {
              globalThis.asked = '';
              channel.onMessage('asked', (message) => (globalThis.asked = message.text()));
              channel.send('ask', 'who');
            });
            await pause(100);
          } while ((await stays.evaluate(() => asked)) !== who);
        };
        await answeredBy('crashes');
        if (name === 'chromium') {
          const session = await crashes.createCDPSession();
          if (by === 'signs of life') {
            await session.send('Page.setWebLifecycleState', { state: 'frozen' });
            const first = last;
            await answeredBy('stays');
            await publish();
            await session.send('Page.setWebLifecycleState', { state: 'active' });
            await answeredBy('crashes');
            await until(crashes, (to) => heard.at(-1) === to, 'what was missed', `m${last}`);
            assert.deepEqual(await crashes.evaluate(() => heard), since(first));
          }
          session.send('Page.crash').catch(() => {});
        } else {
          await crashes.close();
        }
        // The worker passes on to the one that is left what it is asked from then on.
        await answeredBy('stays');
        await close();
      });
    }

    test('a WebSocket shows a ticket where it cannot send headers', { timeout }, async () => {
      const guarded = await startServer({ 'http.tickets': true }, 0, ['Bearer ada']);
      const way = await startProxy(guarded.port);
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${way.port}/`);
      const headers = { authorization: 'Bearer ada' };
      await page.evaluate(follow, { transports: ['websocket'], headers, tickets: true });
      const { id } = await page.evaluate(() => ({ id: channel.id }));
      way.cut();
      await until(page, () => states.at(-1) === 'open' && states.includes('reconnecting'), 'the return');
      assert.equal(await page.evaluate(async () => (await channel.request('transport')).text()), 'websocket');
      assert.equal(await page.evaluate(() => channel.id), id);
      await assert.rejects(page.evaluate(follow, { transports: ['websocket'], tickets: true }), /authorization/);
      await page.close();
      await way.stop();
      await guarded.stop();
    });

    test('more event streams than six, and a WebSocket, go over one connection of HTTP/2', { timeout }, async () => {
      const secure = await startTlsServer();
      const way = await startProxy(secure.port);
      const origin = `https://localhost:${way.port}`;
      const tabs = [await browser.newPage(), await browser.newPage()];
      for (const tab of tabs) {
        await tab.goto(origin + '/');
        await tab.evaluate(listen, 5);
      }
      const [one, two] = tabs;
      await one.evaluate(() => fetch('/wherry/http?topic=news', { method: 'POST', body: 'all hear it' }));
      for (const tab of tabs) {
        await until(tab, () => heard.flat().length === heard.length, 'what all hear');
      }
      const version = (page) => page.evaluate(() => performance.getEntriesByType('navigation')[0].nextHopProtocol);
      assert.deepEqual([await version(one), await version(two)], ['h2', 'h2']);
      assert.equal(way.connections, 1);
      await one.evaluate(follow, { transports: ['websocket'] });
      assert.equal(await one.evaluate(async () => (await channel.request('transport')).text()), 'websocket');
      assert.equal(way.connections, 1);
      await Promise.all(tabs.map((tab) => tab.close()));
      await way.stop();
      await secure.stop();
    });

    test('a page that was left and comes back goes on', { timeout }, async () => {
      const { page, close } = await openPage();
      await page.evaluate(follow, { transports: ['sse'] });
      const first = last;
      await publish();
      await until(page, () => heard.length === 1, 'news');
      await page.goto('about:blank');
      await publish();
      await page.goBack();
      const isKept = await page.evaluate(() => !!globalThis.channel);
      assert.ok(isKept || name === 'firefox', 'Chromium keeps a page whose channel lets go of its connection');
      if (isKept) {
        await publish();
        await until(page, () => heard.length === 3, 'news');
        assert.deepEqual(await page.evaluate(() => [heard, gaps]), [since(first), []]);
      } else {
        // Firefox keeps no page that is driven from outside.
        assert.equal(await page.evaluate(() => typeof globalThis.Wherry.connect), 'function');
      }
      await close();
    });

    test('a restart of the server is told as a gap, and all go on', { timeout }, async () => {
      const plain = await openPage();
      const ours = await openPage();
      // The page of docs/browsers.md, as it stands there.
      await plain.page.setContent(/```html\n(.*?)```/s.exec(readFileSync(GUIDE, 'utf8'))[1].replace('topic=time', 'topic=news'));
      const list = () => [...document.querySelectorAll('li')].map((item) => item.textContent);
      await until(plain.page, () => events.readyState === 1, 'the event source');
      await ours.page.evaluate(follow, {});
      const lastOf = (page) => (page === plain.page ? page.evaluate(list) : page.evaluate(() => heard));
      const arrives = async (text) => {
        for (const { page } of [plain, ours]) {
          const end = Date.now() + 30_000;
          while ((await lastOf(page)).at(-1) !== text) {
            assert.ok(Date.now() < end, `not within 30 s: ${text}`);
            await pause(20);
          }
        }
      };
      const first = last;
      await publish();
      await arrives(`m${last}`);
      plain.way.cut();
      await publish();
      await arrives(`m${last}`);
      const before = last;
      await server.kill();
      server = await startServer({ 'sse.retry': '20ms' }, server.port);
      await until(plain.page, () => document.querySelectorAll('li').length === 3, 'the gap of an event source');
      await until(ours.page, () => gaps.length === 2, 'the gaps of the client');
      await publish();
      await arrives(`m${last}`);
      assert.deepEqual(await plain.page.evaluate(list), [...since(first, before), 'missed some: epoch', ...since(before)]);
      assert.deepEqual(await ours.page.evaluate(() => heard), since(first));
      assert.deepEqual((await ours.page.evaluate(() => gaps)).sort(), ['* channel', 'news epoch']);
      await plain.close();
      await ours.close();
    });

    test(`an event source resumes without a gap after ${CUTS} cuts`, { timeout: 150_000 }, async () => {
      const { heard, gaps, published } = await cutting;
      assert.deepEqual(heard, published);
      assert.equal(published.length, 2 * CUTS + 1);
      assert.deepEqual(gaps, []);
    });
  });
}));
