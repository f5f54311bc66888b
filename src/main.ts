import nodeModule from 'node:module';

// The program: `run` behind the one thing that has to come before any other import. Node 22 and later keep compiled code between starts.
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown };
enableCompileCache?.();

const { run } = await import('./main/run.js');
await run({ environment: process.env });
