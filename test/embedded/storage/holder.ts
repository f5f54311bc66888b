import { writeSync } from 'node:fs';
import { createGate } from '../../../src/embedded/storage/gate.js';

/** A process of its own that goes through the gate of a directory, and never comes out again; prints a line before it, and one inside. */
const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('Usage: holder.ts DIRECTORY');
const gate = createGate(path);
writeSync(1, 'outside\n');
await gate.enter(() => {
  writeSync(1, 'inside\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
