import { type DeserializeOptions, type Document, deserialize, serialize } from 'bson';
import { isPlainDocument } from './plain-document.js';

/**
 * MongoDB's message framing: bytes to messages and back. A header of 16 bytes (length, request id, response to, opcode), then the body.
 * Anything that breaks the format throws `FramingError`; the connection that sent it is closed, the process is not harmed.
 */
export class FramingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FramingError';
  }
}

/** Largest message accepted, as `hello` announces it. */
export const maxMessageBytes = 48_000_000;

const headerBytes = 16;
const opcodes = { reply: 1, query: 2004, message: 2013 } as const;
const flagBits = { checksumPresent: 1, moreToCome: 2, required: 0xffff } as const;

/** One request, decoded. */
export interface Request {
  readonly requestId: number;
  /** The framing the answer must use: the old one serves the first `hello` alone. */
  readonly legacy: boolean;
  /** False when the client waits for no reply. */
  readonly wantsReply: boolean;
  /** The command. The documents of an insert, and the replacements of an update, stay the (valid) bytes that they came as. */
  readonly body: Document;
}

/** Collects chunks of a socket and hands out whole messages. */
export class MessageAssembler {
  private chunks: Buffer[] = [];
  private size = 0;

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
  }

  /** The next whole message, header included, or undefined until more bytes arrive. */
  shift(): Buffer | undefined {
    if (this.size < headerBytes) return undefined;
    const head = this.joined(4);
    const length = head.readInt32LE(0);
    if (length < headerBytes + 5 || length > maxMessageBytes) {
      throw new FramingError(`A message has ${headerBytes + 5} to ${maxMessageBytes} bytes; this one says ${length}.`);
    }
    if (this.size < length) return undefined;
    const all = this.joined(length);
    const rest = all.subarray(length);
    this.chunks = rest.length > 0 ? [rest] : [];
    this.size = rest.length;
    return all.subarray(0, length);
  }

  /** Joins chunks only when the wanted bytes do not lie in the first one, so that a large message is copied once. */
  private joined(bytes: number): Buffer {
    const first = this.chunks[0];
    if (first !== undefined && first.length >= bytes) {
      if (bytes === 4 || this.chunks.length === 1) return first;
    }
    const all = Buffer.concat(this.chunks, this.size);
    this.chunks = [all];
    return all;
  }
}

/** Decodes one whole message. */
export function decodeRequest(message: Buffer): Request {
  const requestId = message.readInt32LE(4);
  const opcode = message.readInt32LE(12);
  if (opcode === opcodes.message) return decodeMessage(message, requestId);
  if (opcode === opcodes.query) return decodeQuery(message, requestId);
  throw new FramingError(
    `Opcode ${opcode} is not spoken here; expected OP_MSG (2013), or OP_QUERY (2004) for the first hello.`,
  );
}

function decodeMessage(message: Buffer, requestId: number): Request {
  const flags = message.readUInt32LE(headerBytes);
  if ((flags & flagBits.required & ~(flagBits.checksumPresent | flagBits.moreToCome)) !== 0) {
    throw new FramingError(`OP_MSG has an unknown required flag: 0x${flags.toString(16)}.`);
  }
  const end = message.length - ((flags & flagBits.checksumPresent) !== 0 ? 4 : 0);
  let at = headerBytes + 4;
  let body: Document | undefined;
  const sequences: Array<readonly [string, Buffer[]]> = [];
  while (at < end) {
    const kind = message[at];
    at += 1;
    if (kind === 0 && body === undefined) {
      const size = documentSize(message, at, end);
      body = decodeBody(message.subarray(at, at + size));
      at += size;
    } else if (kind === 1) {
      const sectionEnd = at + sectionSize(message, at, end);
      sequences.push(splitSequence(message.subarray(at + 4, sectionEnd)));
      at = sectionEnd;
    } else throw new FramingError(`OP_MSG section of kind ${kind} where one body (0) and sequences (1) are expected.`);
  }
  if (body === undefined) throw new FramingError('OP_MSG without a body section.');
  for (const [name, documents] of sequences) {
    if (Object.hasOwn(body, name)) throw new FramingError(`OP_MSG gives "${name}" twice.`);
    body[name] = documents.map(statementDecoder(body, name) ?? ((bytes) => decodeDocument(bytes)));
  }
  return { requestId, legacy: false, wantsReply: (flags & flagBits.moreToCome) === 0, body };
}

/** By the name of the command, which is the first field of its body. */
const statementFields: Readonly<Record<string, string>> = { 'insert\0': 'documents', 'update\0': 'updates' };

/** Decodes a command, but not the bytes that are to be stored as they are. */
function decodeBody(bytes: Buffer): Document {
  const field = statementFields[bytes.toString('latin1', 5, 12)];
  if (field === undefined) return decodeDocument(bytes);
  const body = decodeDocument(bytes, { fieldsAsRaw: { [field]: true } });
  const statements: unknown = body[field];
  const decode = statementDecoder(body, field);
  if (!Array.isArray(statements) || decode === undefined) return body;
  body[field] = statements.map((one: unknown) => (one instanceof Uint8Array ? decode(asBuffer(one)) : one));
  return body;
}

/** How the statements of a write are decoded; undefined for fields that hold none. */
function statementDecoder(body: Document, field: string): ((bytes: Buffer) => Document) | undefined {
  const [command] = Object.keys(body);
  if (command === 'insert' && field === 'documents') return checked;
  if (command === 'update' && field === 'updates') return decodeUpdate;
  return undefined;
}

/** The same bytes, which are a document. */
function checked(bytes: Buffer): Buffer {
  if (!isPlainDocument(bytes)) decodeDocument(bytes);
  return bytes;
}

function decodeUpdate(bytes: Buffer): Document {
  const { q, u, ...options } = decodeDocument(bytes, { raw: true });
  const isSimple = Object.values(options).every((value) => typeof value === 'boolean');
  if (!isSimple || !(q instanceof Uint8Array) || !(u instanceof Uint8Array)) return decodeDocument(bytes);
  const replacement = asBuffer(u);
  return isPlainDocument(replacement) ? { q: decodeDocument(q), u: replacement, ...options } : decodeDocument(bytes);
}

function splitSequence(section: Buffer): readonly [string, Buffer[]] {
  const nameEnd = section.indexOf(0);
  if (nameEnd <= 0) throw new FramingError('A document sequence needs a name.');
  const documents: Buffer[] = [];
  for (let at = nameEnd + 1; at < section.length; ) {
    const size = documentSize(section, at, section.length);
    documents.push(section.subarray(at, at + size));
    at += size;
  }
  return [section.toString('utf8', 0, nameEnd), documents];
}

function decodeQuery(message: Buffer, requestId: number): Request {
  const nameEnd = message.indexOf(0, headerBytes + 4);
  const at = nameEnd + 1 + 8;
  if (nameEnd < 0 || at >= message.length) throw new FramingError('OP_QUERY ends before its query.');
  const name = message.toString('utf8', headerBytes + 4, nameEnd);
  const body = decodeDocument(message.subarray(at, at + documentSize(message, at, message.length)));
  return {
    requestId,
    legacy: true,
    wantsReply: true,
    body: { ...body, $db: name.split('.')[0] },
  };
}

function documentSize(bytes: Buffer, at: number, end: number): number {
  const size = at + 4 <= end ? bytes.readInt32LE(at) : -1;
  if (size < 5 || at + size > end) throw new FramingError('A document reaches beyond its message.');
  return size;
}

function sectionSize(bytes: Buffer, at: number, end: number): number {
  const size = at + 4 <= end ? bytes.readInt32LE(at) : -1;
  if (size < 6 || at + size > end) throw new FramingError('A document sequence reaches beyond its message.');
  return size;
}

function decodeDocument(bytes: Uint8Array, options?: DeserializeOptions): Document {
  try {
    return deserialize(bytes, options);
  } catch (error) {
    throw new FramingError(`The document is not BSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Puts an encoded document into the framing that its request used. */
export function encodeReply(request: Request, replyId: number, document: Uint8Array): Buffer {
  const bodyAt = headerBytes + (request.legacy ? 20 : 5);
  const message = Buffer.alloc(bodyAt + document.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(replyId, 4);
  message.writeInt32LE(request.requestId, 8);
  message.writeInt32LE(request.legacy ? opcodes.reply : opcodes.message, 12);
  if (request.legacy) {
    message.writeInt32LE(8, headerBytes); // AwaitCapable, as every server since 1.6 says
    message.writeInt32LE(1, headerBytes + 16); // one document follows
  }
  message.set(document, bodyAt);
  return message;
}

/** Encodes a reply's document; undefined fields are left out as a server would. */
export function encodeDocument(document: Document): Uint8Array {
  return serialize(document, { ignoreUndefined: true });
}

/** Encodes documents one by one, as they are asked for. */
export function* encodeAll(documents: Iterable<Document>): Generator<Uint8Array, void, undefined> {
  for (const document of documents) yield encodeDocument(document);
}
