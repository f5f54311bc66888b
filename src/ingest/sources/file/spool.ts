import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mergeRuns } from './merge-runs.js';
import { spoolProblem } from './spool-problem.js';
import { compareKeys, type SpoolKey } from './spool-row.js';
import { writeAll } from './write-all.js';

/**
 * Sorts more lines than fit into memory: sorted runs on disk, merged when read. No package does this with a bound on memory and without
 * keeping every line as an object. File work is synchronous: it goes to the page cache, and the order of steps stays plain.
 */
export class Spool {
  #keys: SpoolKey[] = [];
  #lines: string[] = [];
  #size = 0;
  #runs: string[] = [];
  #files = 0;

  /** Several spools may share a folder when their names differ. */
  constructor(
    private readonly folder: string,
    private readonly name = 'run',
  ) {}

  add(key: SpoolKey, line: string): void {
    this.#keys.push(key);
    this.#lines.push(line);
    this.#size += line.length;
    if (this.#size >= runSize) this.#writeRun();
  }

  /** All lines in order, from the first one at each call. Call after the last `add`. */
  *sorted(): Generator<string> {
    this.#writeRun();
    try {
      while (this.#runs.length > runsAtOnce) {
        const part = this.#runs.splice(0, runsAtOnce);
        this.#runs.push(this.#write(mergeRuns(part)));
        for (const path of part) rmSync(path);
      }
      yield* mergeRuns(this.#runs);
    } catch (error) {
      throw spoolProblem(error, this.folder);
    }
  }

  #writeRun(): void {
    if (this.#lines.length === 0) return;
    const keys = this.#keys;
    const order = keys.map((_, i) => i);
    const compare = (a: number, b: number) => compareKeys(keys[a] as SpoolKey, keys[b] as SpoolKey);
    if (order.some((i) => i > 0 && compare(i - 1, i) > 0)) order.sort(compare);
    const lines = this.#lines;
    try {
      this.#runs.push(this.#write(order.map((i) => lines[i] as string)));
    } catch (error) {
      throw spoolProblem(error, this.folder);
    }
    this.#keys = [];
    this.#lines = [];
    this.#size = 0;
  }

  #write(lines: Iterable<string>): string {
    const path = join(this.folder, `${this.name}-${this.#files}`);
    this.#files += 1;
    const file = openSync(path, 'w');
    try {
      let part: string[] = [];
      for (const line of lines) {
        part.push(line);
        if (part.length < 2_000) continue;
        writeAll(file, `${part.join('\n')}\n`);
        part = [];
      }
      if (part.length > 0) writeAll(file, `${part.join('\n')}\n`);
    } finally {
      closeSync(file);
    }
    return path;
  }
}

/** Characters that are sorted in memory at once. */
const runSize = 16_000_000;
const runsAtOnce = 128;
