/**
 * True for bytes that are surely a document, of the usual types, with ASCII text and no name that begins with `$`.
 * Such bytes may be stored as they came; whether any others are BSON at all is left to the decoder, which is far slower.
 */
export function isPlainDocument(raw: Buffer): boolean {
  return isPlain(raw, 0, raw.length, 0);
}

const MOST_DEPTH = 100;
const DOLLAR = 0x24;

function isPlain(raw: Buffer, from: number, to: number, depth: number): boolean {
  if (to - from < 5 || depth > MOST_DEPTH || raw.readInt32LE(from) !== to - from || raw[to - 1] !== 0) return false;
  const last = to - 1;
  for (let field = from + 4; field < last; ) {
    const nameEnd = endOfText(raw, field + 1, last);
    if (nameEnd < 0 || raw[field + 1] === DOLLAR) return false;
    const end = endOfValue(raw, raw[field]!, nameEnd + 1, last, depth);
    if (end < 0 || end > last) return false;
    field = end;
  }
  return true;
}

/** Where a value ends, or -1 for one that is not plain. */
function endOfValue(raw: Buffer, type: number, start: number, last: number, depth: number): number {
  switch (type) {
    case 10:
      return start;
    case 8:
      return raw[start] === 0 || raw[start] === 1 ? start + 1 : -1;
    case 16:
      return start + 4;
    case 1:
    case 9:
    case 18:
      return start + 8;
    case 7:
      return start + 12;
    case 2: {
      if (start + 5 > last) return -1;
      const end = start + 4 + raw.readInt32LE(start);
      return end > start + 4 && end <= last && endOfText(raw, start + 4, end) === end - 1 ? end : -1;
    }
    case 3:
    case 4: {
      if (start + 5 > last) return -1;
      const end = start + raw.readInt32LE(start);
      return end <= last && isPlain(raw, start, end, depth + 1) ? end : -1;
    }
    default:
      return -1;
  }
}

/** Where the \0 after an ASCII text is, or -1 where there is none, or another byte that is not ASCII. */
function endOfText(raw: Buffer, start: number, limit: number): number {
  for (let at = start; at < limit; at++) {
    const byte = raw[at]!;
    if (byte === 0) return at;
    if (byte >= 128) return -1;
  }
  return -1;
}
