import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

/** Lets one writer at a time, of all processes over one directory, come to lmdb's write mutex. */
export interface Gate {
  /** Runs `work`, which is over when it returns, once its turn has come; the thread is free meanwhile. */
  enter<T>(work: () => T): Promise<T>;
}

/**
 * lmdb's mutex keeps the data whole, but does not wake everybody who waits for it: a waiter that is woken and killed
 * before it runs takes the wake-up with it, and when a third process has the mutex by then, nothing in the mutex tells
 * any more that somebody sleeps: the next waiter sleeps for ever. So nobody may queue there. Of those who come through
 * the gate one at a time at most that one ever sleeps at the mutex, when the one before it was killed and is not quite
 * gone, and the wake-up by the kernel has nobody else to go to.
 *
 * The gate is a name that one socket of the machine can be bound to. It is taken in one step; the kernel frees it with
 * its process, however that ends, and nothing is left behind; who waits has a connection to the holder, which breaks
 * then too. The data do not depend on it: where such names cannot be had, all is as if there were no gate. They are
 * Linux's own, as the fault is, and seen within one network namespace: processes in several containers go without.
 *
 * A second name makes it fair: the head of the line, without which nobody goes for the gate. A process that writes
 * without a pause finds the head of the line taken, and lets the other go first.
 */
export function createGate(directory: string): Gate {
  if (process.platform !== 'linux') return { enter: async (work) => work() };
  const { dev, ino } = statSync(directory, { bigint: true });
  const gate = `\0embedded-mongodb/${dev}/${ino}`;
  const line = `${gate}/line`;
  return {
    async enter(work) {
      let head = new Claim(line);
      while (await head.isElsewhere()) {
        await freed(line);
        head = new Claim(line);
      }
      try {
        return await passThrough(gate, () => {
          head.free();
          return work();
        });
      } finally {
        head.free();
      }
    },
  };
}

/** Works in the same step that takes the gate: nobody ever has it and waits for a turn of the event loop. */
async function passThrough<T>(gate: string, work: () => T): Promise<T> {
  for (;;) {
    const claim = new Claim(gate);
    if (claim.holds || !(await claim.isElsewhere())) {
      try {
        return work();
      } finally {
        claim.free();
      }
    }
    await freed(gate);
  }
}

/** One attempt to take a name. */
class Claim {
  readonly #waiting = new Set<Socket>();
  readonly #server = createServer((socket) => {
    // Only when the process on the other side is killed; it does not matter then.
    this.#waiting.add(socket.on('error', () => {}));
  });

  constructor(name: string) {
    this.#server.on('error', () => {});
    this.#server.listen({ path: name, exclusive: true });
  }

  /** Node binds at once, and only tells of it later. */
  get holds(): boolean {
    return this.#server.listening;
  }

  /** True when somebody else has the name. False also when it cannot be had at all (no more files, a sandbox). */
  async isElsewhere(): Promise<boolean> {
    if (this.holds) return false;
    const [error] = await once(this.#server, 'error');
    return hasCode(error, 'EADDRINUSE');
  }

  /** Gives the name back at once; whoever waits for it learns that from its broken connection. */
  free(): void {
    if (this.holds) this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
    this.#waiting.clear();
  }
}

/** Resolves when whoever has the name frees it or dies. */
async function freed(name: string): Promise<void> {
  let refused = false;
  const connection = connect({ path: name }).resume();
  connection.on('error', (error) => {
    refused = hasCode(error, 'ECONNREFUSED');
  });
  await new Promise((resolve) => connection.once('close', resolve));
  // Free already, or bound and not yet listening, which must not become a busy loop.
  if (refused) await new Promise((resolve) => setTimeout(resolve, 1));
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
