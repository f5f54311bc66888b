import { writeConflict } from '../errors.js';
import { takeIds } from './catalog.js';
import type { Environment } from './environment.js';

/** Ids that lie ready for collections made by a transaction, which cannot wait in the middle of a statement for a write. */
export class SpareIds {
  readonly #environment: Environment;
  #ids: string[] = [];
  #filling: Promise<void> | undefined;
  #failure: unknown;

  private constructor(environment: Environment) {
    this.#environment = environment;
  }

  static async open(environment: Environment): Promise<SpareIds> {
    const spare = new SpareIds(environment);
    await spare.#fill();
    return spare;
  }

  /** One id. When none is left for the moment the statement has to run again, as after a conflict. */
  take(): string {
    const id = this.#ids.pop();
    if (this.#ids.length < ENOUGH) this.#refill();
    if (id === undefined) throw this.#failure ?? writeConflict();
    return id;
  }

  /** Resolves when nothing is being written here. */
  async settled(): Promise<void> {
    await this.#filling;
  }

  #refill(): void {
    this.#filling ??= this.#fill()
      .catch((error: unknown) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#filling = undefined;
      });
  }

  async #fill(): Promise<void> {
    this.#ids = this.#ids.concat(await this.#environment.gate.enter(() => takeIds(this.#environment, PORTION)));
    this.#failure = undefined;
  }
}

/** Of four thousand million ids; each process that starts uses up one portion. */
const PORTION = 256;
const ENOUGH = 128;
