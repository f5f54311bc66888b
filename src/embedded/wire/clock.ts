import { Binary, type Document, Long, Timestamp } from 'bson';

const farFuture = 365 * 24 * 3600;

/** The cluster time of this one-node set: never goes back, and follows what clients bring from elsewhere. */
export class ClusterClock {
  private seconds = 0;
  private increment = 0;

  /** Takes over a later time that a client gossips; a time more than a year ahead is not believed. */
  observe(gossip: unknown): void {
    if (typeof gossip !== 'object' || gossip === null || !('clusterTime' in gossip)) return;
    const time = gossip.clusterTime;
    if (!(time instanceof Timestamp) || time.t > Date.now() / 1000 + farFuture) return;
    if (time.t > this.seconds || (time.t === this.seconds && time.i > this.increment)) {
      this.seconds = time.t;
      this.increment = time.i;
    }
  }

  /** Moves on by one: every reply of a write has a later time than the one before. */
  tick(): void {
    const now = Math.floor(Date.now() / 1000);
    if (now > this.seconds) {
      this.seconds = now;
      this.increment = 1;
    } else this.increment += 1;
  }

  /** The two fields that every reply carries. */
  stamp(): Document {
    if (this.seconds === 0) this.tick();
    const time = Timestamp.fromBits(this.increment, this.seconds);
    return {
      operationTime: time,
      $clusterTime: {
        clusterTime: time,
        signature: { hash: new Binary(new Uint8Array(20)), keyId: Long.ZERO },
      },
    };
  }
}
