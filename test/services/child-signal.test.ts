import { getEventListeners, once } from 'node:events';
import { expect, it } from 'vitest';
import { createChildSignal } from '../../src/services/feeding/child-signal.js';

it('ends with each of its parents, by itself, and at once under a parent that has ended', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const children = [0, 1].map(() => createChildSignal(one.signal, other.signal));
  children[0]?.stop();
  expect(children.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  expect(one.signal.aborted).toBe(false);
  other.abort();
  expect(children.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  expect(createChildSignal(one.signal, other.signal).signal.aborted).toBe(true);
});

it('leaves nothing behind at a parent that lives on', () => {
  const parent = new AbortController();
  for (let block = 0; block < 50; block += 1) createChildSignal(parent.signal).leave();
  expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
});

it('may be listened to by as many as work side by side, without a warning', async () => {
  const { signal } = createChildSignal();
  for (let i = 0; i < 50; i += 1) signal.addEventListener('abort', () => undefined);
  // Warnings come in a later turn: the first one that comes is this one.
  const warned = once(process, 'warning');
  process.emitWarning('nothing else');
  expect(await warned).toMatchObject([{ message: 'nothing else' }]);
});
