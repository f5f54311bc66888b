import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createGate } from '../../../src/embedded/storage/gate.js';
import { temporaryDirectory } from './harness.js';

describe.runIf(process.platform === 'linux')('the gate of a directory', () => {
  it('is free again when the process that has it is killed; who waits can do other things meanwhile', async () => {
    const path = temporaryDirectory();
    const holder = await startHolder(path);
    const entered = [createGate(path), createGate(path)].map((gate) => gate.enter(() => performance.now()));
    let turns = 0;
    for (; turns < 1_000; turns++) await turn();
    await expect(Promise.race([...entered, 'waiting'])).resolves.toBe('waiting');
    const killedAt = performance.now();
    holder.kill('SIGKILL');
    for (const at of await Promise.all(entered)) expect(at - killedAt).toBeLessThan(1_000);
  });

  it('stays shut when one of those who wait is killed, and lets the others in', async () => {
    const path = temporaryDirectory();
    const holder = await startHolder(path);
    const waiting = spawnHolder(path);
    await once(waiting.stdout!, 'data');
    const entered = createGate(path).enter(() => 'in');
    waiting.kill('SIGKILL');
    await once(waiting, 'exit');
    await expect(Promise.race([entered, turn('shut')])).resolves.toBe('shut');
    holder.kill('SIGKILL');
    await expect(entered).resolves.toBe('in');
  });

  it('lets everybody in soon, also beside one who comes back at each turn', async () => {
    const path = temporaryDirectory();
    const [greedy, others] = [createGate(path), [createGate(path), createGate(path)]];
    let passes = 0;
    let over = false;
    const writing = (async () => {
      for (; !over; await turn()) await greedy.enter(() => void passes++);
    })();
    const waited: number[] = [];
    const visit = async (gate: ReturnType<typeof createGate>) => {
      for (let n = 0; n < 100; n++) {
        const before = passes;
        await gate.enter(() => waited.push(passes - before));
        await turn();
      }
    };
    await Promise.all(others.map(visit));
    over = true;
    await writing;
    waited.sort((a, b) => a - b);
    expect(waited).toHaveLength(200);
    expect(waited[100]).toBeLessThanOrEqual(3);
    expect(waited.at(-1)).toBeLessThanOrEqual(30);
  });

  it('is another one for another directory, and is left again by work that fails', async () => {
    const [path, other] = [temporaryDirectory(), temporaryDirectory()];
    await startHolder(path);
    const gate = createGate(other);
    const failing = () => {
      throw new Error('the work failed');
    };
    await expect(gate.enter(failing)).rejects.toThrow('the work failed');
    await expect(gate.enter(() => 'in')).resolves.toBe('in');
  });
});

/** Resolves once the process is inside. */
async function startHolder(path: string) {
  const holder = spawnHolder(path);
  for (let said = ''; !said.includes('inside'); ) said += (await once(holder.stdout!, 'data'))[0];
  return holder;
}

function spawnHolder(path: string) {
  const script = fileURLToPath(new URL('./holder.ts', import.meta.url));
  const holder = spawn(process.execPath, ['--import', 'tsx', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  return holder;
}
