// Names every test that did not run, with its reason, and hands the counts to scripts/test.mjs.
import { writeFileSync } from 'node:fs';

export default class SkipReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state) => tests.filter((test) => test.result().state === state);
    const skipped = inState('skipped').map((test) => {
      const { note } = test.result();
      return `${test.module.relativeModuleId}: ${test.fullName} (${note ?? 'its file says why, above'})`;
    });
    if (skipped.length > 0) console.log(`\nDid not run:\n${skipped.map((line) => `  ${line}`).join('\n')}`);
    const brokenModules = modules.filter((module) => module.errors().length > 0).length;
    const counts = {
      passed: inState('passed').length,
      failed: inState('failed').length + brokenModules + unhandledErrors.length,
      skipped: skipped.length,
    };
    if (process.env.TEST_COUNTS_FILE) writeFileSync(process.env.TEST_COUNTS_FILE, JSON.stringify(counts));
  }
}
