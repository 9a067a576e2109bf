/**
 * `node .ci/summary.mjs FOLDER`: sums the results of all jest runs in a folder. Says why for every
 * test that was skipped or did not pass; the last line is the sum. Leaves with 1 unless all is well.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const folder = process.argv[2] ?? '.';
const files = existsSync(folder)
	? readdirSync(folder).filter((name) => name.endsWith('.json'))
	: [];
const sum = { passed: 0, failed: 0, skipped: 0 };

for (const file of files) {
	const run = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
	sum.passed += run.numPassedTests;
	// A file that could not even be loaded has no tests to count, and must not look like a success.
	sum.failed += run.numFailedTests + run.numRuntimeErrorTestSuites;
	sum.skipped += run.numPendingTests + run.numTodoTests;
	for (const suite of run.testResults) {
		for (const test of suite.assertionResults) {
			if (test.status === 'failed') console.log(`failed: ${test.fullName}`);
			// jest keeps no reason; the name of a test that can be skipped has to tell it.
			if (['pending', 'todo', 'skipped'].includes(test.status)) {
				console.log(`skipped: ${test.fullName}`);
			}
		}
		if (suite.assertionResults.length === 0 && suite.status === 'failed') {
			console.log(`failed: ${suite.name} could not be run`);
		}
	}
}

const { passed, failed, skipped } = sum;
if (skipped > 0)
	console.log(`${skipped} tests were skipped, each for the reason in its name above.`);
console.log(`jest: ${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
