/** How often each of some names was counted; a name that was taken back as often as it came is not there. */
export class Tally {
  readonly #counts = new Map<string, number>();

  /** Different names. */
  get size(): number {
    return this.#counts.size;
  }

  count(name: string, sign: 1 | -1): void {
    const next = (this.#counts.get(name) ?? 0) + sign;
    if (next === 0) this.#counts.delete(name);
    else this.#counts.set(name, next);
  }
}
