// SPDX-License-Identifier: Apache-2.0
// Makes dist/: an ES module and a script with the global `Wherry`, both minified, with source maps and types; fails when either
// is larger than allowed.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What it must not grow over, and what it is to shrink to. */
const MAX_BYTES = 9472;
const GOAL_BYTES = 6 * 1024;
const LICENSE = '/* Wherry, SPDX-License-Identifier: Apache-2.0 */';

/** Properties that never leave this client, and are renamed. None of them may be one of the language's or a browser's that is used here. */
const INTERNAL = `
  outer outbox topics inbound told dispatch notify welcomed disconnected tookOver comeBack acknowledged transmit tell give
  checkSize end number started works takesOver carried heardAt sentAt takeOver worked giveUp received heard ended failed
  envelope answered sendAgain appliedUpTo beginAnew addFirst abandon isEmpty answering live lastHistory renew listeners report
  patience lasted cut putAside pin better betterIn failures cuts until channelId kind argument asked came posted wake suspend
  ask writable closed withdraw renewal
`.trim().split(/\s+/);

const here = (path) => new URL(path, import.meta.url).pathname;

rmSync(here('build'), { recursive: true, force: true });
rmSync(here('dist'), { recursive: true, force: true });
execFileSync(process.execPath, [here('node_modules/typescript/bin/tsc'), '-p', here('.')], { stdio: 'inherit' });
execFileSync(
  process.execPath,
  [here('node_modules/typescript/bin/tsc'), '-p', here('.'), '--emitDeclarationOnly', '--outDir', here('dist/types')],
  { stdio: 'inherit' },
);

const common = {
  entryPoints: [here('src/index.ts')],
  bundle: true,
  minify: true,
  sourcemap: true,
  target: 'es2022',
  legalComments: 'none',
  mangleProps: new RegExp(`^(${INTERNAL.join('|')})$`),
  banner: { js: LICENSE },
};
await build({ ...common, format: 'esm', outfile: here('dist/wherry.mjs') });
await build({ ...common, entryPoints: [here('src/script.ts')], format: 'iife', outfile: here('dist/client.js') });

let tooLarge = false;
for (const name of ['wherry.mjs', 'client.js']) {
  const bytes = readFileSync(here('dist/' + name));
  const zipped = gzipSync(bytes, { level: 9 }).length;
  console.log(`${name}: ${bytes.length} bytes, ${zipped} gzipped (at most ${MAX_BYTES}, the goal is ${GOAL_BYTES})`);
  tooLarge ||= zipped > MAX_BYTES;
}
if (tooLarge) {
  console.error(`too large (expected: at most ${MAX_BYTES} bytes, minified and gzipped)`);
  process.exitCode = 1;
}
