// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { createServer, connect } from 'node:net';
import { createInterface } from 'node:readline';

const here = (path) => new URL(path, import.meta.url).pathname;
const JAVA = process.env.JAVA_HOME ? process.env.JAVA_HOME + '/bin/java' : 'java';
const JAR = process.env.SERVER_JAR ?? here('../../examples/target/wherry-examples.jar');

/** Starts a Java server as a child process; its settings are keys of `docs/configuration.md`. */
export async function startServer(settings = {}, port = 0) {
  const properties = Object.entries(settings).map(([key, value]) => `-Dwherry.${key}=${value}`);
  const child = spawn(
    JAVA,
    ['-Xshare:auto', '-XX:TieredStopAtLevel=1', '-Xmx128m', ...properties, '-cp', JAR, here('TestServer.java'), `${port}`],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const bound = await new Promise((resolve, reject) => {
    exited.then((code) => reject(new Error(`the server ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /^port (\d+)$/.exec(line);
      if (match) {
        resolve(+match[1]);
      }
    });
  });
  return {
    port: bound,
    async stop() {
      child.stdin.end();
      await exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A TCP proxy on loopback that cuts, and lets nothing pass to paths that are blocked. */
export async function startProxy(toPort) {
  const sockets = new Set();
  const proxy = {
    blocked: undefined,
    silent: false,
    refused: 0,
    port: 0,
    cut() {
      const count = sockets.size;
      sockets.forEach((socket) => socket.destroy());
      return count;
    },
    async stop() {
      proxy.cut();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
  const listener = createServer((down) => {
    const up = connect(toPort, '127.0.0.1');
    for (const [from, to] of [[down, up], [up, down]]) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on('data', (data) => {
        if (from === down && proxy.blocked?.test(data.toString('latin1'))) {
          proxy.refused++;
          from.destroy();
        } else if (!proxy.silent) {
          to.write(data);
        }
      });
    }
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  proxy.port = listener.address().port;
  return proxy;
}
