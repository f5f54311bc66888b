/** Loads in flight in this process, so that one value is loaded once however many requests miss it together. */
export interface Flights {
  /** The result of a load of this key under this epoch that is in flight; undefined when there is none. */
  join(key: string, epoch: number): Promise<Landed | undefined> | undefined;
  /** Announces a load; the returned function ends it, with undefined when its value may not be shared. */
  lead(key: string, epoch: number): (landed: Landed | undefined) => void;
}

/** A value proven to belong to the epoch of its flight. */
export interface Landed {
  readonly value: unknown;
}

/**
 * A follower read its epoch after it arrived, and joins only loads of just that epoch: so what it gets is not older than its arrival.
 * A leader that fails, moves or runs out of time lands nothing, and its followers load for themselves.
 */
export function createFlights(): Flights {
  const flights = new Map<string, { epoch: number; result: Promise<Landed | undefined> }>();
  return {
    join: (key, epoch) => {
      const flight = flights.get(key);
      return flight?.epoch === epoch ? flight.result : undefined;
    },
    lead: (key, epoch) => {
      let land: (landed: Landed | undefined) => void = () => undefined;
      const flight = {
        epoch,
        result: new Promise<Landed | undefined>((resolve) => {
          land = resolve;
        }),
      };
      flights.set(key, flight);
      return (landed) => {
        if (flights.get(key) === flight) flights.delete(key);
        land(landed);
      };
    },
  };
}
