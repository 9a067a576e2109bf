import fc from 'fast-check';

it('gives a property the same inputs in every run', () => {
	expect(fc.readConfigureGlobal().seed).toBe(Number(process.env['RANDOM_SEED'] ?? 20_180_313));
});
