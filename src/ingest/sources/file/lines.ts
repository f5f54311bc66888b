import type { Readable } from 'node:stream';

/** Characters of the longest line that is read as a whole. */
export const longestLine = 1_000_000;

/** What a reader says of a longer one. */
export const lineTooLong = `expected a line of at most ${longestLine} characters, got a longer one`;

/**
 * The lines of a stream without their ends. Node's readline has no bound: a file without line ends would end up in memory as a whole;
 * here a longer line is cut off one character beyond `longestLine`, by which a reader knows it.
 */
export async function* readLines(bytes: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of bytes) {
    const lines = (rest + decoder.decode(part as Buffer, { stream: true })).split('\n');
    rest = cut(lines.pop() ?? '');
    for (const line of lines) yield cut(line);
  }
  rest = cut(rest + decoder.decode());
  if (rest !== '') yield rest;
}

function cut(line: string): string {
  return line.length > longestLine ? line.slice(0, longestLine + 1) : line;
}
