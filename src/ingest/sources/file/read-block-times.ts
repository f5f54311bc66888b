import { basename } from 'node:path';
import { FieldProblem, parseTime, parseWhole } from './fields.js';
import type { BlockTimes } from './parse-transfer.js';
import { type OnBadRow, readChecked } from './read-checked.js';

/** Reads the times of blocks for transfers that have none: block_number, block_timestamp. */
export async function readBlockTimes(path: string, onBadRow: OnBadRow): Promise<{ times: BlockTimes; digest: string }> {
  const times = new Map<number, number>();
  const lines = new Map<number, number>();
  const columns = [
    { name: 'block_number', aliases: ['number'], required: true },
    { name: 'block_timestamp', aliases: ['timestamp'], required: true },
  ];
  const { digest } = await readChecked(path, {
    columns,
    onBadRow,
    take: ([block, time], line) => {
      const number = parseWhole('block_number', block, 999_999_999_999);
      const value = parseTime('block_timestamp', time);
      const earlier = times.get(number);
      if (earlier !== undefined && earlier !== value) {
        throw new FieldProblem(
          'block_timestamp',
          `${new Date(earlier).toISOString()} as in ${basename(path)}:${lines.get(number)}`,
          time,
        );
      }
      if (earlier !== undefined) return;
      times.set(number, value);
      lines.set(number, line);
    },
  });
  return { times, digest };
}
