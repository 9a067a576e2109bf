import { WrongSecrets } from '../../../nodes/MarketplaceLeadTrigger/wrongSecrets';

let time = 0;
let wrongSecrets: WrongSecrets;
let responses = 0;
let reports: number[] = [];

beforeEach(() => {
	jest.useFakeTimers();
	time = 0;
	responses = 0;
	reports = [];
	wrongSecrets = new WrongSecrets(() => time);
});

afterEach(() => {
	jest.useRealTimers();
});

const add = (times: number): void => {
	for (let i = 0; i < times; i += 1) {
		wrongSecrets.add(
			() => (responses += 1),
			(count) => reports.push(count),
		);
	}
};

const pass = async (milliseconds: number): Promise<void> => {
	time += milliseconds;
	await jest.advanceTimersByTimeAsync(milliseconds);
};

it('tells somebody who mistyped at once, and holds many back', async () => {
	add(10);
	expect(responses).toBe(10);
	add(5);
	expect(responses).toBe(10);
	await pass(999);
	expect(responses).toBe(10);
	await pass(1);
	expect(responses).toBe(15);
});

it('is over a minute later', async () => {
	add(15);
	await pass(60_000);
	expect(responses).toBe(15);
	add(10);
	expect(responses).toBe(25);
});

it('holds no more than 100 connections', async () => {
	add(10 + 100);
	expect(responses).toBe(10);
	add(1_000);
	expect(responses).toBe(10 + 1_000);
	await pass(1_000);
	expect(responses).toBe(10 + 1_000 + 100);
	add(1);
	expect(responses).toBe(10 + 1_000 + 100);
});

it('reports many once a minute, and nothing of a few', async () => {
	add(10);
	await pass(60_000);
	add(500);
	expect(reports).toEqual([]);
	await pass(60_000);
	add(1);
	expect(reports).toEqual([500]);
	await pass(60_000);
	add(1);
	expect(reports).toEqual([500]);
});
