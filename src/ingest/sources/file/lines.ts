import type { Readable } from 'node:stream';

/**
 * The lines of a stream without their ends. Node's readline has no bound: a file without line ends would end up in memory as a whole;
 * here a longer line is cut off and reads as what it is, no JSON.
 */
export async function* readLines(bytes: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of bytes) {
    const lines = (rest + decoder.decode(part as Buffer, { stream: true })).split('\n');
    rest = (lines.pop() ?? '').slice(0, longestLine);
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

const longestLine = 1_000_000;
