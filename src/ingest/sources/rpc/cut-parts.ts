import type { CheckedRange } from './checked-logs.js';
import type { Header } from './header.js';

/** Blocks with logs that are committed together, and the block up to which they are complete. */
export interface PartBlocks {
  readonly blocks: CheckedRange['blocks'];
  readonly end: Header;
}

/** Cuts a range between blocks so that no part has many more than `mostLogs` logs. The last one ends with the range. */
export function cutParts({ blocks, to }: Pick<CheckedRange, 'blocks' | 'to'>, mostLogs = 3_000): PartBlocks[] {
  const parts: PartBlocks[] = [];
  let open: Array<CheckedRange['blocks'][number]> = [];
  let logs = 0;
  for (const block of blocks) {
    if (open.length > 0 && logs + block.logs.length > mostLogs) {
      parts.push({ blocks: open, end: (open.at(-1) as (typeof open)[number]).header });
      open = [];
      logs = 0;
    }
    open.push(block);
    logs += block.logs.length;
  }
  return [...parts, { blocks: open, end: to }];
}
