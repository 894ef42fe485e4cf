// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { createServer, connect } from 'node:net';
import { delimiter } from 'node:path';
import { createInterface } from 'node:readline';

const here = (path) => new URL(path, import.meta.url).pathname;
const JAVA = process.env.JAVA_HOME ? process.env.JAVA_HOME + '/bin/java' : 'java';
const TESTKIT = here('../../testkit/target/classes');
const JAR = process.env.SERVER_JAR ?? here('../../examples/target/wherry-examples.jar');

/** Starts a Java server as a child process; its settings are keys of `docs/configuration.md`. */
export const startServer = (settings = {}, port = 0, authorization = []) =>
  start(settings, [here('TestServer.java'), `${port}`, ...authorization]);

/** The same over TLS, with a certificate of its own making. */
export const startTlsServer = () => start({}, ['-Dtest.tls=true', here('TestServer.java'), '0']);

/** Starts the server with the demo page. */
export const startTimeServer = (settings = {}, period = 1000) =>
  start(settings, ['io.wherry.examples.Main', 'time-server', '--port', '0', '--host', '127.0.0.1', '--period', `${period}`]);

async function start(settings, command) {
  const properties = Object.entries(settings).map(([key, value]) => `-Dwherry.${key}=${value}`);
  const child = spawn(
    JAVA,
    ['-Xshare:auto', '-XX:TieredStopAtLevel=1', '-Xmx128m', ...properties, '-cp', JAR + delimiter + TESTKIT, ...command],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const bound = await new Promise((resolve, reject) => {
    exited.then((code) => reject(new Error(`the server ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /^(?:port |The time is at .*:)(\d+)\/?$/.exec(line);
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

/** A TCP proxy on loopback that cuts, lets nothing pass to paths that are blocked, and holds back the answers of those that are buffered. */
export async function startProxy(toPort) {
  const sockets = new Set();
  const proxy = {
    blocked: undefined,
    buffered: undefined,
    silent: false,
    refused: 0,
    /** The beginnings of what was asked. */
    requests: [],
    port: 0,
    /** How many connections there are. */
    get connections() {
      return sockets.size / 2;
    },
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
    let isHeld = false;
    for (const [from, to] of [[down, up], [up, down]]) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on('data', (data) => {
        const request = from === down ? data.toString('latin1') : '';
        if (request) {
          proxy.requests.push(request.split('\r\n', 1)[0]);
        }
        isHeld ||= !!proxy.buffered?.test(request);
        if (proxy.blocked?.test(request)) {
          proxy.refused++;
          from.destroy();
        } else if (!proxy.silent && !(isHeld && from === up)) {
          to.write(data);
        }
      });
    }
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  proxy.port = listener.address().port;
  return proxy;
}
