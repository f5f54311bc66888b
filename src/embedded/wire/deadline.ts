import { MongoError } from '../errors.js';

/** Fails with MaxTimeMSExpired once the command's time (of `performance.now()`) is over. */
export function checkDeadline(deadline: number | undefined): void {
  if (deadline !== undefined && performance.now() > deadline) {
    throw new MongoError('MaxTimeMSExpired', 'operation exceeded time limit');
  }
}
