// SPDX-License-Identifier: Apache-2.0
// Where the browsers are, and how they are driven: both by one tool, which speaks to each what it understands.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import puppeteer from 'puppeteer-core';

const NAMES = { chromium: ['chromium', 'chromium-browser', 'google-chrome'], firefox: ['firefox-esr', 'firefox'] };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TARGET = new URL('../target/screenshots/', import.meta.url).pathname;

/** The program of a browser, if it is there. */
export function findBrowser(browser) {
  for (const name of NAMES[browser]) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim();
    } catch {
      // Another may be there.
    }
  }
  return undefined;
}

export const launch = (browser, dark = false) =>
  puppeteer.launch({
    browser: browser === 'chromium' ? 'chrome' : browser,
    executablePath: findBrowser(browser),
    headless: true,
    acceptInsecureCerts: true,
    args: browser === 'chromium' ? ['--no-sandbox', '--disable-gpu'] : [],
    extraPrefsFirefox: { 'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1 },
  });

/** Takes a picture of a page, as a desktop or a phone shows it, for people to look at. */
export async function picture(page, name, { phone = false } = {}) {
  mkdirSync(TARGET, { recursive: true });
  await page.setViewport(phone ? { width: 390, height: 844, deviceScaleFactor: 2 } : { width: 1280, height: 900 });
  await new Promise((resolve) => setTimeout(resolve, 600)); // The page draws twice a second.
  await page.screenshot({ path: `${TARGET}${name}.png`, fullPage: phone });
}

/** Waits until something of a page is so: longer than the 40 s after which a connection that fell silent is given up. */
export async function until(page, condition, what, ...args) {
  const end = Date.now() + 60_000;
  while (!(await page.evaluate(condition, ...args))) {
    if (Date.now() > end) {
      throw new Error(`not within 60 s: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What keeps people from using a page as it is shown now: what axe-core calls serious or critical. */
export async function barriers(page) {
  await page.evaluate(AXE);
  return page.evaluate(async () =>
    (await globalThis.axe.run()).violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 5).map(({ target }) => target).join(', ')}`));
}
