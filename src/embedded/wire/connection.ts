import { once } from 'node:events';
import type { Socket } from 'node:net';
import { MongoError } from '../errors.js';
import type { Dispatcher, Origin } from './dispatch.js';
import { decodeRequest, encodeReply, FramingError, MessageAssembler, type Request } from './framing.js';
import { encodeFields, type Reply } from './reply.js';

const handshakes: ReadonlySet<string> = new Set(['hello', 'ismaster', 'isMaster']);

/**
 * Serves one socket until it closes: requests one after the other, as MongoDB does.
 * Reading stops while a request runs and while the client does not take its replies, so a fast client cannot fill memory.
 */
export async function serveConnection(socket: Socket, origin: Origin, dispatcher: Dispatcher): Promise<void> {
  const assembler = new MessageAssembler();
  let replyId = 0;
  socket.setNoDelay(true);
  // The reason of a broken socket does not matter here: the loop below ends with it.
  socket.on('error', () => socket.destroy());
  try {
    for await (const chunk of socket) {
      if (!(chunk instanceof Uint8Array)) break;
      assembler.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      for (let message = assembler.shift(); message !== undefined; message = assembler.shift()) {
        const request = decodeRequest(message);
        const reply = await answer(request, origin, dispatcher);
        if (!request.wantsReply) continue;
        if (socket.destroyed) return;
        replyId = (replyId + 1) | 0;
        if (!socket.write(encodeReply(request, replyId, encodeFields(reply)))) await drained(socket);
      }
    }
  } catch (error) {
    // A socket that breaks in the middle ends its connection and nothing else; so does a message that is none.
    if (!(error instanceof FramingError) && !socket.destroyed) socket.destroy();
  } finally {
    socket.destroy();
  }
}

function answer(request: Request, origin: Origin, dispatcher: Dispatcher): Promise<Reply> {
  const name = Object.keys(request.body)[0] ?? '';
  if (!request.legacy || handshakes.has(name)) return dispatcher.answer(request, origin);
  const error = new MongoError('UnsupportedOpQueryCommand', `Unsupported OP_QUERY command: ${name}. Use OP_MSG.`);
  return Promise.resolve({ fields: { ok: 0, errmsg: error.message, code: error.code, codeName: error.codeName } });
}

async function drained(socket: Socket): Promise<void> {
  const over = new AbortController();
  const signal = over.signal;
  await Promise.race([once(socket, 'drain', { signal }), once(socket, 'close', { signal })]);
  over.abort();
}
