/**
 * The top-level fields of a line that holds one JSON object, by key in lower case, or a sentence that says what is wrong. JSON.parse would
 * bring numbers through binary floating point, so each number stays the text it is: `0.10` is `0.10`, and 78 digits are 78 digits. Only an
 * exponent is written out, exactly: `1.2e-7` is `0.00000012`. No package that keeps numbers as text refuses doubled keys as well.
 */
export function parseJsonLine(line: string): ReadonlyMap<string, JsonField> | string {
  const { text, keys } = quoteNumbers(line);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `expected one JSON object a line, got: ${whyNotJson(line)}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'expected one JSON object a line';
  const fields = new Map<string, JsonField>();
  for (const [key, field] of Object.entries(value)) {
    const name = key.trim().toLowerCase();
    if (fields.has(name)) return `the key ${show(name)} stands there more than once; keep one`;
    fields.set(name, toField(field));
  }
  return fields.size === keys ? fields : 'a key stands there more than once; keep one';
}

/** A text, the text of a number or of a boolean; null is no value, and a list or an object is none that a column can hold. */
export type JsonField = string | undefined | { readonly unusable: 'a list' | 'an object' };

function toField(value: unknown): JsonField {
  if (value === null) return undefined;
  if (typeof value === 'object') return { unusable: Array.isArray(value) ? 'a list' : 'an object' };
  return typeof value === 'string' ? value.trim() : String(value);
}

/** The line with its numbers as texts, and the number of keys of the object, which tells whether one came twice. */
function quoteNumbers(line: string): { text: string; keys: number } {
  const parts: string[] = [];
  let kept = 0;
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < line.length; ) {
    const code = line.charCodeAt(at);
    if (code === quote) at = endOfString(line, at);
    else if (code === minus || (code >= zero && code <= nine)) {
      const end = endOfNumber(line, at);
      if (end > at) {
        parts.push(line.slice(kept, at), `"${writeOut(line.slice(at, end))}"`);
        kept = end;
      }
      at = Math.max(end, at + 1);
    } else {
      if (code === braceOpen || code === bracketOpen) depth += 1;
      else if (code === braceClose || code === bracketClose) depth -= 1;
      else if (code === colon && depth === 1) keys += 1;
      at += 1;
    }
  }
  return { text: kept === 0 ? line : parts.join('') + line.slice(kept), keys };
}

const [quote, minus, zero, nine, colon] = [0x22, 0x2d, 0x30, 0x39, 0x3a];
const [braceOpen, braceClose, bracketOpen, bracketClose] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Place behind the string that begins at `start`; the end of the line when it is not closed. */
function endOfString(line: string, start: number): number {
  for (let end = line.indexOf('"', start + 1); end !== -1; end = line.indexOf('"', end + 1)) {
    let escapes = 0;
    while (line[end - 1 - escapes] === '\\') escapes += 1;
    if (escapes % 2 === 0) return end + 1;
  }
  return line.length;
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const keyMark = /\s*:/y;

/** Place behind the number that begins at `start`; `start` itself where none does, or where it stands for a key, which JSON has not. */
function endOfNumber(line: string, start: number): number {
  number.lastIndex = start;
  if (!number.test(line)) return start;
  keyMark.lastIndex = number.lastIndex;
  return keyMark.test(line) ? start : number.lastIndex;
}

/** A number without its exponent. One that would need more than 400 zeros is left as it is, for the column to refuse. */
function writeOut(text: string): string {
  const [mantissa = '', exponent] = text.toLowerCase().split('e');
  if (exponent === undefined) return text;
  const shift = Number(exponent);
  if (Math.abs(shift) > 400) return text;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.slice(sign.length).split('.');
  const places = fraction.length - shift;
  const digits = (whole + fraction + '0'.repeat(Math.max(0, -places))).padStart(places + 1, '0');
  const point = digits.length - Math.max(0, places);
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0';
  const right = digits.slice(point).replace(/0+$/, '');
  return `${sign}${left}${right === '' ? '' : `.${right}`}`;
}

function whyNotJson(line: string): string {
  try {
    JSON.parse(line);
    return 'a number where a key was expected';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function show(name: string): string {
  return JSON.stringify(name.slice(0, 40));
}
