import 'reflect-metadata';
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runCommandLine } from './program.js';

// V8 lets a heap double before it collects; an import makes much garbage and holds little, so small steps halve its memory at no cost.
setFlagsFromString('--heap-growing-percent=20');

// The process edge of the command line. Like the gateway it reads `.env` where there is one; what is set already wins.
const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
process.exitCode = await runCommandLine({
  argv: process.argv.slice(2),
  environment: { ...file, ...process.env },
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
});
