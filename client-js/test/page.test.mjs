// SPDX-License-Identifier: Apache-2.0
// The demo page of time-server in real browsers; leaves pictures of it in target/screenshots.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { barriers, findBrowser, launch, picture, until } from './browsers.mjs';
import { startProxy, startTimeServer } from './server.mjs';

const PANELS = ['poll', 'longpoll', 'sse', 'websocket', 'comet', 'client'];
const timeout = 90_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What all panels show. */
const read = (page) =>
  page.evaluate(() =>
    Object.fromEntries([...document.querySelectorAll('section')].map((section) => {
      const text = (selector) => section.querySelector(selector).textContent;
      return [section.id, {
        state: section.dataset.state,
        time: section.querySelector('time').dateTime,
        faults: text('.faults'),
        note: text('.note'),
        requests: +text('.requests'),
      }];
    })));

/** Waits until every panel is live and shows a time that is not before one of the server's. */
const ticks = async (page, what) => {
  const now = new Date().toISOString();
  await until(page, (from) => [...document.querySelectorAll('section')]
    .every((section) => section.dataset.state === 'live' && section.querySelector('time').dateTime > from), what, now);
};

const each = (value) => Object.fromEntries(PANELS.map((panel) => [panel, value]));
const pick = (panels, key) => Object.fromEntries(Object.entries(panels).map(([id, panel]) => [id, panel[key]]));

describe('the page of time-server', { concurrency: 2 }, () => ['chromium', 'firefox'].forEach((name) => {
  const program = findBrowser(name);
  const skip = program || process.env.CI === 'true' ? false : `no ${name} found`;

  describe(name, { skip, concurrency: 1 }, () => {
    let browser;
    let server;
    let way;
    let page;
    const complaints = [];

    before(async () => {
      assert.ok(program, `no ${name} found (expected: one, where CI is true)`);
      // Ten seconds are kept: more than a page that is frozen for five, and polls each two, is away.
      server = await startTimeServer({ 'topic.max-count': 40, 'sse.retry': '200ms' }, 250);
      way = await startProxy(server.port);
      browser = await launch(name, true);
      page = await browser.newPage();
      // Firefox calls a connection or a stream that was cut an error of the page.
      page.on('pageerror', (error) => /connection|ReadableStream/i.test(error) || complaints.push(String(error)));
      page.on('console', (message) => /policy/i.test(message.text()) && complaints.push(message.text()));
      await page.goto(`http://127.0.0.1:${way.port}/`);
    });
    after(async () => {
      await browser?.close();
      await way?.stop();
      await server?.kill();
    });

    test('every panel ticks', { timeout }, async () => {
      await ticks(page, 'ticks');
      await pause(2000);
      await ticks(page, 'more ticks');
    });

    test('nothing is missed or doubled when the network cuts', { timeout }, async () => {
      for (let i = 0; i < 5; i++) {
        way.cut();
        await pause(300);
      }
      await ticks(page, 'ticks after the cuts');
      assert.deepEqual(pick(await read(page), 'faults'), each('0 / 0'));
    });

    test('the buttons do what they say', { timeout }, async () => {
      await page.click('#cut-all');
      await until(page, () => [...document.querySelectorAll('section')].every((section) => section.dataset.state === 'cut'), 'cuts');
      await picture(page, `${name}-cut`);
      assert.deepEqual(await barriers(page), []);
      await page.click('#cut-all');
      await ticks(page, 'ticks after a cut by hand');
      await page.click('input[value=longpoll]');
      await until(page, () => document.querySelector('input[value=longpoll]').checked, 'the move');
      await page.click('#freeze');
      await pause(5200);
      await ticks(page, 'ticks after a freeze');
      await page.click('#echo-all');
      await until(page, () => [...document.querySelectorAll('.note')].every((note) => /^echo after/.test(note.textContent)), 'echoes');
      const panels = await read(page);
      assert.deepEqual(pick(panels, 'faults'), each('0 / 0'));
      assert.ok(panels.poll.requests > panels.websocket.requests);
      await page.click('#sse .source');
      await until(page, () => /new EventSource/.test(document.querySelector('dialog[open] pre')?.textContent), 'the source');
      await picture(page, `${name}-source`);
      assert.deepEqual(await barriers(page), []);
      await page.keyboard.press('Escape');
      assert.equal(await page.evaluate(() => document.querySelector('dialog[open]')), null);
    });

    test('it looks like something', { timeout }, async (t) => {
      // Firefox takes its colours when it begins.
      const other = name === 'firefox' && (await launch(name));
      const light = other && (await other.newPage());
      if (light) {
        t.after(() => other.close());
        await light.goto(page.url());
        await ticks(light, 'ticks in the light');
      }
      for (const scheme of ['light', 'dark']) {
        const seen = scheme === 'light' && light ? light : page;
        if (name === 'chromium') {
          await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        }
        for (const size of ['desktop', 'phone']) {
          await picture(seen, `${name}-${size}-${scheme}`, { phone: size === 'phone' });
          // Nothing sticks out at the side.
          assert.ok(await seen.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
          assert.deepEqual(await barriers(seen), [], `${size}, ${scheme}`);
        }
      }
    });

    test('a position that has expired is told as a gap', { timeout }, async () => {
      await page.click('#cut-all');
      await pause(11_500);
      await page.click('#cut-all');
      await ticks(page, 'ticks after the gap');
      const panels = await read(page);
      assert.deepEqual(pick(panels, 'note'), each('missed some: the server keeps no more'));
      await picture(page, `${name}-gap`);
    });

    test('nothing was refused or went wrong', () => assert.deepEqual(complaints, []));
  });
}));
