import { type Document, deserialize, serialize } from 'bson';

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
  readonly body: Document;
  /** Bytes of the documents to insert, where they came as a sequence. */
  readonly encoded: Encoded;
}

/** Documents of a message, and the bytes they were decoded from. */
export type Encoded = WeakMap<Document, Uint8Array>;

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
  const sequences: Array<readonly [string, Document[]]> = [];
  const encoded: Encoded = new WeakMap();
  while (at < end) {
    const kind = message[at];
    at += 1;
    if (kind === 0 && body === undefined) {
      const size = documentSize(message, at, end);
      body = decodeDocument(message.subarray(at, at + size));
      at += size;
    } else if (kind === 1) {
      const sectionEnd = at + sectionSize(message, at, end);
      sequences.push(decodeSequence(message.subarray(at + 4, sectionEnd), encoded));
      at = sectionEnd;
    } else throw new FramingError(`OP_MSG section of kind ${kind} where one body (0) and sequences (1) are expected.`);
  }
  if (body === undefined) throw new FramingError('OP_MSG without a body section.');
  for (const [name, documents] of sequences) {
    if (Object.hasOwn(body, name)) throw new FramingError(`OP_MSG gives "${name}" twice.`);
    body[name] = documents;
  }
  return { requestId, legacy: false, wantsReply: (flags & flagBits.moreToCome) === 0, body, encoded };
}

function decodeSequence(section: Buffer, encoded: Encoded): readonly [string, Document[]] {
  const nameEnd = section.indexOf(0);
  if (nameEnd <= 0) throw new FramingError('A document sequence needs a name.');
  const name = section.toString('utf8', 0, nameEnd);
  const documents: Document[] = [];
  for (let at = nameEnd + 1; at < section.length; ) {
    const size = documentSize(section, at, section.length);
    const bytes = section.subarray(at, at + size);
    const document = decodeDocument(bytes);
    if (name === 'documents') encoded.set(document, bytes);
    documents.push(document);
    at += size;
  }
  return [name, documents];
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
    encoded: new WeakMap(),
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

function decodeDocument(bytes: Uint8Array): Document {
  try {
    return deserialize(bytes);
  } catch (error) {
    throw new FramingError(`The document is not BSON: ${error instanceof Error ? error.message : String(error)}`);
  }
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
