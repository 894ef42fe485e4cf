// SPDX-License-Identifier: Apache-2.0
// What the Java and the JavaScript codecs agree on: the files in protocol/vectors.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { batchReader, decode, encode, envelope } from '../build/envelope.js';
import { eventStreamReader } from '../build/event-stream.js';
import { Message } from '../build/message.js';
import { isAfter, Start } from '../build/position.js';

const MAX_MESSAGE = 1000;
const vectors = (name) => JSON.parse(readFileSync(new URL(`../../protocol/vectors/${name}.json`, import.meta.url)));
const bytesOf = (text, base64) => new Uint8Array(text === undefined ? Buffer.from(base64, 'base64') : Buffer.from(text));
const wireOf = ({ wire, wireBase64 }) => bytesOf(wire, wireBase64);

/** The envelope that bytes are; nothing where it is passed over. */
function readOf(bytes) {
  let read;
  decode(bytes, MAX_MESSAGE, (one) => (read = one));
  return read;
}

function check(vector) {
  const read = readOf(wireOf(vector));
  assert.equal(read.kind, vector.kind);
  assert.equal(read.id, vector.id);
  assert.equal(read.name, vector.name);
  assert.equal(read.argument ?? null, vector.argument);
  assert.equal(read.message.format, vector.format);
  assert.deepEqual(read.message.bytes(), bytesOf(vector.payload, vector.payloadBase64));
}

test('envelopes are read', () => {
  const { good, decoded } = vectors('envelopes');
  [...good, ...decoded].forEach(check);
});

test('envelopes are written', () => {
  for (const vector of vectors('envelopes').good) {
    const message = new Message(vector.format, bytesOf(vector.payload, vector.payloadBase64));
    const written = encode(envelope(vector.kind, vector.name, vector.argument ?? undefined, message, vector.id));
    assert.deepEqual(written, wireOf(vector));
  }
});

test('envelopes of a kind that is not known are passed over', () => {
  vectors('envelopes').passedOver.forEach((wire) => assert.equal(readOf(bytesOf(wire)), undefined));
});

test('bad envelopes are refused', () => {
  for (const vector of vectors('envelopes').bad) {
    assert.throws(() => readOf(wireOf(vector)), { code: vector.code }, JSON.stringify(vector));
  }
});

test('positions are ordered', () => {
  const { ascending, apart, bad } = vectors('positions');
  ascending.forEach((a, i) => ascending.forEach((b, j) => assert.equal(isAfter(a, b), i > j, `${a} ${b}`)));
  apart.forEach((a) => apart.forEach((b) => assert.equal(isAfter(a, b), false)));
  bad.forEach((text) => assert.throws(() => Start.after(text), { code: 'bad-request' }, text));
});

/** Gives bytes to a reader in two pieces, for every place where they can be cut. */
function cutAnywhere(bytes, makeReader, expected) {
  for (let at = 0; at <= bytes.length; at++) {
    const got = [];
    const reader = makeReader((one) => got.push(one));
    reader(bytes.subarray(0, at));
    reader(bytes.subarray(at));
    reader();
    assert.deepEqual(got, expected, `cut at ${at}`);
  }
}

test('batches are taken apart', () => {
  const { good, bad } = vectors('batches');
  const reader = (taker) =>
    batchReader(MAX_MESSAGE, ({ kind, name, message }) => taker([kind, name, message.text()]));
  good.forEach(({ wire, envelopes }) => cutAnywhere(bytesOf(wire), reader, envelopes));
  bad.forEach((wire) => assert.throws(() => cutAnywhere(bytesOf(wire), reader, []), { name: 'WherryError' }, wire));
});

test('event streams are taken apart', () => {
  for (const { wire, data } of vectors('events').good) {
    cutAnywhere(bytesOf(wire), (taker) => eventStreamReader(taker), data);
  }
});
