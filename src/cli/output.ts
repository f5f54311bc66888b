import { GatewayError } from '../errors.js';

/** Where a command writes: one JSON object or text on stdout, everything else on stderr. */
export interface Output {
  /** The result, as an object for --json and as text. */
  result(value: object, text: string): void;
  note(text: string): void;
  /** Tells an error, and what was done before it, and gives the exit code for it. */
  failure(error: unknown, done?: { readonly value: object; readonly text: string | undefined }): number;
}

/** Output of a command; `json` prints exactly one object on stdout. */
export function createOutput({ json, stdout, stderr }: OutputOptions): Output {
  const print = (value: object): void => stdout(`${JSON.stringify(value, replaceBigInt)}\n`);
  return {
    result: (value, text) => {
      if (json) print(value);
      else stdout(`${text}\n`);
    },
    note: (text) => stderr(`${text}\n`),
    failure: (error, done) => {
      const known = error instanceof GatewayError;
      const message = error instanceof Error ? error.message : String(error);
      if (json) print({ ...done?.value, error: { code: known ? error.code : 'INTERNAL', message } });
      else if (done?.text !== undefined) stdout(`${done.text}\n`);
      stderr(`Error: ${known || !(error instanceof Error) ? message : (error.stack ?? message)}\n`);
      return 1;
    },
  };
}

interface OutputOptions {
  readonly json: boolean;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

function replaceBigInt(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
