// SPDX-License-Identifier: Apache-2.0
// Makes dist/: an ES module and a script with the global `Wherry`, both minified, with source maps and types; fails when either
// is larger than allowed.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { gzipAsync } from '@gfx/zopfli';
import { build } from 'esbuild';
import { minify } from 'terser';

/** What it must not grow over, and what it is to shrink to. */
const MAX_BYTES = 7808;
/** The same, with what lets tabs share a channel. */
const MAX_SHARED_BYTES = 9872;
const GOAL_BYTES = 6 * 1024;
const LICENSE = '/* Wherry, Apache-2.0 */';

/** Properties that never leave this client, and are renamed. None of them may be one of the language's or a browser's that is used here. */
const INTERNAL = `
  outbox topics dispatch notify welcomed disconnected tookOver comeBack acknowledged transmit tell give told report
  end number started works takesOver carried heardAt sentAt takeOver worked received heard failed ended
  answered sendAgain appliedUpTo beginAnew addFirst abandon isEmpty renew listeners
  patience lived cut putAside pin better asideFor failures cuts until channelId kind argument asked wake suspend deadline
  ask writable closed settings open stop next remove standing subscriptions handles failure isRequest copy stopWaiting
  done standby hasRoom by reached subscribing moveTo
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

/** What a second pass does better than the bundler: no function is called by its name or its number of parameters here. */
const COMPRESS = {
  ecma: 2020,
  passes: 4,
  unsafe: true,
  unsafe_arrows: true,
  unsafe_methods: true,
  pure_getters: true,
  keep_fargs: false,
  hoist_props: false,
  inline: 1,
  sequences: false,
};

/** Bundles one entry point, and minifies it. */
const make = async (entry, name, format) => {
  const { outputFiles } = await build({
    entryPoints: [here(entry)],
    outfile: here('dist/' + name),
    write: false,
    bundle: true,
    format,
    minify: true,
    sourcemap: 'external',
    target: 'es2022',
    legalComments: 'none',
    mangleProps: new RegExp(`^(${INTERNAL.join('|')})$`),
  });
  const [map, bundle] = outputFiles.sort((one) => (one.path.endsWith('.map') ? -1 : 1));
  const { code, map: finalMap } = await minify(bundle.text, {
    module: true,
    toplevel: true,
    compress: COMPRESS,
    format: { preamble: LICENSE },
    sourceMap: { content: map.text, filename: name, url: name + '.map' },
  });
  writeFileSync(here('dist/' + name), code);
  writeFileSync(here(`dist/${name}.map`), finalMap);
};
await make('src/index.ts', 'wherry.mjs', 'esm');
await make('src/script.ts', 'client.js', 'iife');
await make('src/shared.ts', 'shared.mjs', 'esm');
await make('src/shared-script.ts', 'shared.js', 'iife');

let tooLarge = false;
for (const [name, most] of [['wherry.mjs', MAX_BYTES], ['client.js', MAX_BYTES], ['shared.js', MAX_SHARED_BYTES]]) {
  const bytes = readFileSync(here('dist/' + name));
  const zipped = gzipSync(bytes, { level: 9 }).length;
  let served = '';
  if (name.endsWith('.js')) {
    // The same in the best gzip that there is, which is what a server serves.
    const best = await gzipAsync(bytes, { numiterations: 15 });
    writeFileSync(here(`dist/${name}.gz`), best);
    served = `, ${best.length} as it is served`;
  }
  console.log(`${name}: ${bytes.length} bytes, ${zipped} gzipped${served} (at most ${most}, the goal is ${GOAL_BYTES})`);
  tooLarge ||= zipped > most;
}
if (tooLarge) {
  console.error('too large (expected: at most what is said above, minified and gzipped)');
  process.exitCode = 1;
}
