import { BadUserInputError } from '../../../errors.js';

/** An error of the file system while rows are sorted, as a sentence that names the folder and the variable; anything else as it is. */
export function spoolProblem(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  const code = String(error.code);
  const reason = reasons.get(code) ?? 'files cannot be written there; mend that, or set DATA_DIR to another folder';
  return new BadUserInputError(`DATA_DIR: the rows of an import are sorted in ${folder}, but ${reason} (${code}).`);
}

const room = 'free about as much as the files unpacked, or set DATA_DIR to a folder of a larger disk';
const rights = 'allow that, or set DATA_DIR to a folder that this user may write to';

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', `the disk is full; ${room}`],
  ['EDQUOT', `the quota of this user is used up; ${room}`],
  ['EFBIG', `a file may not become that large; ${room}`],
  ['EACCES', `this user may not write there; ${rights}`],
  ['EPERM', `this user may not write there; ${rights}`],
  ['EROFS', `that disk is read-only; ${rights}`],
  ['EEXIST', 'a file stands where the folder belongs; move it, or set DATA_DIR to another folder'],
  ['ENOTDIR', 'a file stands where a folder belongs; move it, or set DATA_DIR to another folder'],
  ['ENOENT', 'a file of it was removed meanwhile; run the import again'],
]);
