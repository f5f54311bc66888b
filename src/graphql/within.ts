import { GatewayError } from '../errors.js';

/** The value of a promise, or DEADLINE_EXCEEDED when it is not there at `deadlineAt`; what it was doing is left to end by itself. */
export async function within<T>(deadlineAt: number, value: T | PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new GatewayError('DEADLINE_EXCEEDED', 'The request ran into its deadline; ask for less, or again later.'),
        ),
      Math.max(0, deadlineAt - Date.now()),
    );
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}
