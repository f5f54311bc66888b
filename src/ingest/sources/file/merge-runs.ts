import { closeSync, openSync, readSync } from 'node:fs';
import { compareKeys, keyOfLine, type SpoolKey } from './spool-row.js';

/** Lines of several sorted files as one sorted sequence. */
export function* mergeRuns(paths: readonly string[]): Generator<string> {
  const runs = paths.map(openRun);
  try {
    const heap: Run[] = [];
    for (const run of runs) if (run.next()) push(heap, run);
    for (let top = heap[0]; top; top = heap[0]) {
      yield top.line;
      if (!top.next()) {
        const last = heap.pop();
        if (last === undefined || heap.length === 0) continue;
        heap[0] = last;
      }
      sink(heap);
    }
  } finally {
    for (const run of runs) run.close();
  }
}

interface Run {
  line: string;
  key: SpoolKey;
  next(): boolean;
  close(): void;
}

function openRun(path: string): Run {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(131_072);
  let lines: string[] = [];
  let at = 0;
  let rest = '';
  const fill = (): boolean => {
    while (at >= lines.length) {
      const count = readSync(file, buffer, 0, buffer.length, null);
      if (count === 0) return false;
      lines = (rest + buffer.toString('latin1', 0, count)).split('\n');
      rest = lines.pop() ?? '';
      at = 0;
    }
    return true;
  };
  const run: Run = {
    line: '',
    key: { token: 0, block: 0, log: 0, sequence: 0 },
    next: () => {
      if (!fill()) return false;
      run.line = lines[at] ?? '';
      run.key = keyOfLine(run.line);
      at += 1;
      return true;
    },
    close: () => closeSync(file),
  };
  return run;
}

function push(heap: Run[], run: Run): void {
  heap.push(run);
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(heap, at, parent)) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function sink(heap: Run[]): void {
  let at = 0;
  for (;;) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2])
      if (child < heap.length && isBefore(heap, child, least)) least = child;
    if (least === at) return;
    swap(heap, at, least);
    at = least;
  }
}

function isBefore(heap: readonly Run[], a: number, b: number): boolean {
  return compareKeys((heap[a] as Run).key, (heap[b] as Run).key) < 0;
}

function swap(heap: Run[], a: number, b: number): void {
  [heap[a], heap[b]] = [heap[b] as Run, heap[a] as Run];
}
