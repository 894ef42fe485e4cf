// SPDX-License-Identifier: Apache-2.0
// The client in a real browser: Chromium, where there is one.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startServer } from './server.mjs';

const MOVES = ['websocket', 'sse', 'longpoll', 'comet', 'http', 'websocket'];

function findBrowser() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim();
    } catch {
      // Another may be there.
    }
  }
  return undefined;
}

/** What the page runs; it posts what it found. */
async function inPage(port, moves) {
  const found = { transports: [], heard: [] };
  try {
    const channel = globalThis.Wherry.connect(`http://127.0.0.1:${port}/wherry`, { pollInterval: 100 });
    channel.onRequest('question', (message) => 'answer to ' + message.text());
    channel.onMessage('asked', (message) => (found.asked = message.text()));
    await channel.subscribe('news', (message) => found.heard.push(message.text())).subscribed;
    channel.send('publish', 'n 300 3');
    for (const transport of moves) {
      await channel.switchTo(transport);
      found.transports.push((await channel.request('transport')).text());
    }
    channel.send('ask', 'why');
    while (found.heard.length < 300 || !found.asked) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await channel.close();
    found.state = channel.state;
  } catch (e) {
    found.error = String(e);
  }
  await fetch('/found', { method: 'POST', body: JSON.stringify(found) });
}

const browser = findBrowser();
const skip = browser || process.env.CI === 'true' ? false : 'no Chromium found';

test('a page moves through all transports', { timeout: 90_000, skip }, async () => {
  assert.ok(browser, 'no Chromium found (expected: one, where CI is true)');
  const server = await startServer({ 'http.allowed-origins': '*' });
  const profile = mkdtempSync(join(tmpdir(), 'wherry-'));
  let report;
  const found = new Promise((resolve) => (report = resolve));
  const web = createServer((request, response) => {
    if (request.url === '/found') {
      let body = '';
      request.on('data', (data) => (body += data));
      request.on('end', () => report(JSON.parse(body)));
      response.end();
    } else {
      response.setHeader('content-type', 'text/html');
      const script = `(${inPage})(${server.port}, ${JSON.stringify(MOVES)})`;
      const client = `http://127.0.0.1:${server.port}/wherry/client.js`;
      response.end(`<!doctype html><script src="${client}"></script><script>${script}</script>`);
    }
  });
  await new Promise((resolve) => web.listen(0, '127.0.0.1', resolve));
  const page = `http://127.0.0.1:${web.address().port}/`;
  const child = spawn(browser, ['--headless=new', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`, page], {
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const { heard, ...rest } = await found;
    assert.deepEqual(rest, { transports: MOVES, asked: 'answer to why', state: 'closed' });
    assert.deepEqual(heard, Array.from({ length: 300 }, (_, i) => 'n' + i));
  } finally {
    child.kill();
    await ended;
    web.close();
    web.closeAllConnections();
    await server.stop();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
