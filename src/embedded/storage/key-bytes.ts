import { DATE, FALSE, NULL, NUMBER, OBJECT_ID, STRING, TRUE } from './keys.js';

/** A field of a raw document: its BSON type (0 where it is missing), and where its value lies. */
export interface Place {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

/**
 * A key in the making. The usual values go from raw documents into it byte by byte, without being decoded:
 * the bytes are those that `encodeValue` makes of the decoded value.
 */
export class KeyBytes {
  length = 0;
  #bytes = Buffer.allocUnsafe(8_192);

  /** Appends what `encodeValue` has made. */
  latin1(text: string): void {
    this.#reserve(text.length);
    this.length += this.#bytes.write(text, this.length, 'latin1');
  }

  /** Appends a length, as it stands at the end of a key. */
  uint16(value: number): void {
    this.#reserve(2);
    this.length = this.#bytes.writeUInt16BE(value, this.length);
  }

  /** Appends a value; answers false, with nothing appended, for one that has to be decoded. */
  value(raw: Buffer, { type, start, end }: Place): boolean {
    switch (type) {
      case 0:
      case 10:
        return this.#tagged(NULL);
      case 1:
        return this.#number(NUMBER, raw.readDoubleLE(start));
      case 2:
        return this.#text(raw, start + 4, end);
      case 7:
        return this.#tagged(OBJECT_ID) && this.#copy(raw, start, end);
      case 8:
        return this.#tagged(raw[start] === 0 ? FALSE : TRUE);
      case 9:
        return this.#number(DATE, Number(raw.readBigInt64LE(start)));
      case 16:
        return this.#number(NUMBER, raw.readInt32LE(start));
      case 18:
        return this.#number(NUMBER, Number(raw.readBigInt64LE(start)));
      default:
        return false;
    }
  }

  /** Inverts what was appended from a position on: a falling field. */
  invertFrom(at: number): void {
    const bytes = this.#bytes;
    for (let position = at; position < this.length; position++) bytes[position] = 255 - bytes[position]!;
  }

  slice(start: number): string {
    return this.#bytes.toString('latin1', start, this.length);
  }

  #tagged(tag: string): true {
    this.#reserve(tag.length);
    for (let at = 0; at < tag.length; at++) this.#bytes[this.length++] = tag.charCodeAt(at);
    return true;
  }

  /** A string with its \0; one that holds \0 or \1 has to be escaped. */
  #text(raw: Buffer, start: number, end: number): boolean {
    for (let at = start; at < end - 1; at++) if (raw[at]! <= 1) return false;
    return this.#tagged(STRING) && this.#copy(raw, start, end);
  }

  #copy(raw: Buffer, start: number, end: number): true {
    this.#reserve(end - start);
    const bytes = this.#bytes;
    let to = this.length;
    for (let at = start; at < end; at++) bytes[to++] = raw[at]!;
    this.length = to;
    return true;
  }

  /** Whatever is no safe integer or double of one form alone, or no valid date, is left to `encodeValue`. */
  #number(tag: string, value: number): boolean {
    if (!(Math.abs(value) < MOST)) return false;
    this.#tagged(tag);
    this.#reserve(8);
    const bytes = this.#bytes;
    const at = this.length;
    bytes.writeDoubleBE(value === 0 ? 0 : value, at);
    if (bytes[at]! < 128) bytes[at]! += 128;
    else for (let position = at; position < at + 8; position++) bytes[position] = 255 - bytes[position]!;
    this.length = at + 8;
    return true;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.length + more));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }
}

/** The last instant of a Date; numbers beyond 2^53, which are larger, have a longer form. */
const MOST = 8.64e15;
