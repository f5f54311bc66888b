/** Cuts a list into parts of at most `size`, so that no command outgrows the server's limits. */
export function* inChunks<T>(list: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}
