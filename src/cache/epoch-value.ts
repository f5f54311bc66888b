/** An epoch with what is read beside it: plain values, cached with nothing else. */
export interface EpochValue {
  readonly epoch: number;
  readonly asOfBlock: number | null;
  readonly asOfTime: string | null;
  readonly finalizedBlock: number | null;
}

/** Text of an epoch key; the scripts rely on the epoch coming first. */
export function encodeEpochValue({ epoch, asOfBlock, asOfTime, finalizedBlock }: EpochValue): string {
  return JSON.stringify([epoch, asOfBlock, asOfTime, finalizedBlock]);
}

/** The value of an epoch key's text; undefined for a lease or anything else. */
export function parseEpochValue(text: string): EpochValue | undefined {
  if (!/^\[\d+,(\d+|null),("[^"\\]*"|null),(\d+|null)\]$/.test(text)) return undefined;
  const [epoch, asOfBlock, asOfTime, finalizedBlock] = JSON.parse(text);
  return { epoch, asOfBlock, asOfTime, finalizedBlock };
}
