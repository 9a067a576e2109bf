/** Rules of Check Connection that no server is needed for. */
import { setTimeout as sleep } from 'node:timers/promises';

import {
	checkConnection,
	type ConnectionReport,
} from '../../../nodes/destinations/check/checkConnection';
import type { ConnectionToCheck } from '../../../nodes/destinations/check/step';
import { type CheckName, CHECKS } from '../../../nodes/destinations/check/report';
import type {
	DestinationDescription,
	LeadWriter,
	SendResult,
	ReadingDescription,
	WriteResult,
} from '../../../nodes/destinations/contract';
import {
	DestinationError,
	type DestinationErrorCode,
} from '../../../nodes/destinations/destinationError';
import { passTime, skipWaits } from '../../support/skippedWaits';
import { microsoftTestLead } from '../../../nodes/lead';
import type { LeadReader } from '../../../nodes/polling/types';

const testLead = microsoftTestLead({ destination: 'azureTable', now: Date.UTC(2026, 2, 1) });
/** As it is read back. */
const record = {
	UserDetails: {
		FirstName: testLead.id,
		LastName: testLead.id,
		Email: testLead.customer.email,
		Company: testLead.id,
	},
	LeadSource: testLead.leadSource,
};
const NO_ROWS = { rows: [], next: null, serviceTime: undefined };
const created: WriteResult = { ok: true, written: { outcome: 'created', id: '1', url: '' } };

const destinationError = (
	code: DestinationErrorCode,
	details: { httpCode?: string; retryAfter?: number } = {},
) => new DestinationError(`It said ${code}`, { description: 'Mend it.', code, ...details });

function toSendResult(result: WriteResult): SendResult {
	if (!result.ok) return { status: 'failed', error: result.error };
	const { outcome, id } = result.written;
	return { status: outcome, id };
}

class Place {
	signIn: DestinationDescription['testCredential'] = () => Promise.resolve();
	readPage: LeadReader['readPage'] = () => Promise.resolve(NO_ROWS);
	write: () => Promise<WriteResult[]> = () => Promise.resolve([created]);
	read: LeadWriter['readBack'] = () => Promise.resolve(record);
	removed: string[] = [];
	remove: LeadWriter['remove'] = (id) => {
		this.removed.push(id);
		return Promise.resolve();
	};
	readable = true;
	signsIn = true;

	async check(changes: Partial<ConnectionToCheck> = {}): Promise<ConnectionReport> {
		const { read, remove } = this;
		const writer: LeadWriter = {
			limits: { maxRecords: 1, concurrency: 1 },
			prepare: ({ lead }) => ({ key: lead.id, content: '', size: 1 }),
			send: async () => (await this.write()).map(toSendResult),
			...(read && { readBack: read }),
			...(remove && { remove }),
		};
		const reader = { maxPageSize: 1, overlap: 0, selective: false, readPage: this.readPage };
		const reading: ReadingDescription = {
			properties: [],
			options: [],
			open: () => Promise.resolve({ identity: '', reader }),
		};
		return await checkConnection({
			destination: {
				name: 'azureTable',
				displayName: 'Azure Table',
				credentialType: '',
				signsIn: this.signsIn,
				lists: {},
				testCredential: this.signIn,
				...(this.readable && { reading }),
				writing: { properties: [], options: [], open: () => Promise.resolve(writer) },
			},
			input: {
				credential: {},
				parameter: () => undefined,
				option: () => undefined,
				wanted: { filter: {}, others: false },
			},
			mayOpenReader: true,
			testLead,
			additional: {},
			write: true,
			keep: false,
			stepTime: 5_000,
			signal: new AbortController().signal,
			...changes,
		});
	}
}

let place: Place;
beforeEach(() => {
	place = new Place();
});

/** By the first letter: passed, failed, skipped. */
const letters = ({ checks }: ConnectionReport) => checks.map(({ status }) => status[0]).join('');
const said = ({ checks }: ConnectionReport, wanted: CheckName) =>
	checks.find(({ name }) => name === wanted)?.message;

it('passes all, in their order', async () => {
	const report = await place.check();
	expect(report.checks.map(({ name }) => name)).toEqual(CHECKS);
	expect(letters(report)).toBe('ppppppp');
	expect(report.written).toEqual({ outcome: 'created', id: '1', url: '' });
	expect(place.removed).toEqual(['1']);
});

describe('a sign-in that is refused', () => {
	it.each([
		['authentication', '401', 'pfsssss'],
		['authentication', undefined, 'sfsssss'],
		['configuration', undefined, 'sfsssss'],
		['configuration', '400', 'pfsssss'],
		['configuration', '404', 'fssssss'],
		['notFound', '404', 'fssssss'],
		['other', '400', 'fssssss'],
		['other', undefined, 'fssssss'],
		['unreachable', undefined, 'fssssss'],
		['unreachable', '502', 'fssssss'],
		['throttled', '429', 'psfssss'],
	] as const)('%s with status %s', async (code, httpCode, expected) => {
		place.signIn = () => Promise.reject(destinationError(code, httpCode ? { httpCode } : {}));
		const report = await place.check({ stepTime: 700 });
		expect(letters(report)).toBe(expected);
		expect(report.written).toBeUndefined();
	});

	it('for want of a permission, after which writing is tried', async () => {
		place.signIn = () => Promise.reject(destinationError('permission', { httpCode: '403' }));
		expect(letters(await place.check())).toBe('ppfppsp');
	});

	it('is asked again where it may pass, even where the Test button would not', async () => {
		let asked = 0;
		place.signIn = () =>
			(asked += 1) < 2 ? Promise.reject(destinationError('throttled')) : Promise.resolve();
		expect(letters(await place.check())).toBe('ppppppp');
		expect(asked).toBe(2);
	});

	it('is not asked again where nothing passes', async () => {
		let asked = 0;
		place.signIn = () => {
			asked += 1;
			return Promise.reject(destinationError('authentication', { httpCode: '401' }));
		};
		await place.check();
		expect(asked).toBe(1);
	});

	it('where nothing can be read', async () => {
		place.readable = false;
		expect(letters(await place.check())).toBe('ppspppp');
		place.signIn = () => Promise.reject(destinationError('authentication', { httpCode: '401' }));
		expect(letters(await place.check())).toBe('pfsssss');
	});

	it('where there is none', async () => {
		place.readable = false;
		place.signsIn = false;
		expect(letters(await place.check())).toBe('psspppp');
		place.signIn = () => Promise.reject(destinationError('configuration'));
		expect(letters(await place.check())).toBe('fssssss');
	});
});

describe('reading', () => {
	it('asks for as little as there is', async () => {
		const asked: unknown[] = [];
		place.readPage = (request) => {
			asked.push(request);
			return Promise.resolve(NO_ROWS);
		};
		const begun = Date.now();
		await place.check();
		expect(asked).toMatchObject([{ pageSize: 1, position: null }]);
		expect((asked[0] as { since: number }).since).toBeGreaterThanOrEqual(begun);
	});

	it.each(['unreachable', 'throttled', 'authentication', 'configuration', 'other'] as const)(
		'that is refused as %s ends it',
		async (code) => {
			place.readPage = () => Promise.reject(destinationError(code));
			expect(letters(await place.check())).toBe('ppfssss');
		},
	);

	it('that is not permitted leaves writing to be tried, and nothing to be read back', async () => {
		place.readPage = () => Promise.reject(destinationError('permission'));
		let reads = 0;
		place.read = () => {
			reads += 1;
			return Promise.resolve(record);
		};
		expect(letters(await place.check())).toBe('ppfppsp');
		expect(reads).toBe(0);
	});

	it('that is not permitted is not told twice', async () => {
		place.readPage = () => Promise.reject(destinationError('permission'));
		const error = destinationError('permission', { httpCode: '403' });
		place.readPage = () => Promise.reject(error);
		place.write = () => Promise.resolve([{ ok: false, error }]);
		expect(letters(await place.check())).toBe('ppfssss');
		place.write = () => Promise.resolve([{ ok: false, error: destinationError('permission') }]);
		expect(letters(await place.check())).toBe('ppffsss');
	});

	it('is left out where its parameters are not asked for', async () => {
		place.readPage = () => Promise.reject(destinationError('configuration'));
		expect(letters(await place.check({ mayOpenReader: false }))).toBe('ppspppp');
	});
});

describe('writing', () => {
	it.each([
		['permission', 'pppfsss'],
		['authentication', 'pppfsss'],
		['configuration', 'pppsfss'],
		['notFound', 'pppsfss'],
		['throttled', 'pppsfss'],
		['unreachable', 'pppsfss'],
		['other', 'pppsfss'],
	] as const)('refused as %s', async (code, expected) => {
		place.write = () => Promise.resolve([{ ok: false, error: destinationError(code) }]);
		const report = await place.check();
		expect(letters(report)).toBe(expected);
		const told = report.checks.find(({ status }) => status === 'failed')?.toDo;
		const mayBeThere = `Mend it. The test lead ${testLead.id} may have been written all the same.`;
		expect(told).toBe(code === 'unreachable' ? mayBeThere : 'Mend it.');
		expect(place.removed).toEqual([]);
	});

	it('that is thrown is told like what is refused', async () => {
		place.write = () => Promise.reject(destinationError('permission'));
		expect(letters(await place.check())).toBe('pppfsss');
	});

	it('without a result is no success', async () => {
		place.write = () => Promise.resolve([]);
		expect(letters(await place.check())).toBe('pppsfss');
	});

	it('that nobody looks after is not believed', async () => {
		place.write = () =>
			Promise.resolve([{ ok: true, written: { outcome: 'sent', id: '', url: '' } }]);
		const report = await place.check();
		expect(letters(report)).toBe('pppsfss');
		expect(said(report, 'testLeadWritten')).toMatch(/nobody looked/);
		expect(report.written).toMatchObject({ outcome: 'sent' });
	});

	it('is left out when it is switched off', async () => {
		place.write = () => Promise.reject(new Error('It was written'));
		expect(letters(await place.check({ write: false }))).toBe('pppssss');
	});

	it('tells a fault of ours as one', async () => {
		place.write = () => Promise.reject(new TypeError('x is not a function'));
		expect(said(await place.check(), 'testLeadWritten')).toMatch(/fault here \(TypeError\)/);
	});
});

describe('reading back', () => {
	it('looks again until the lead shows', async () => {
		let looks = 0;
		place.read = () => Promise.resolve((looks += 1) < 2 ? undefined : record);
		expect(letters(await place.check())).toBe('ppppppp');
		expect(looks).toBe(2);
	});

	it('gives up when the time is over, and takes the lead away all the same', async () => {
		place.read = () => Promise.resolve(undefined);
		const report = await place.check({ stepTime: 700 });
		expect(letters(report)).toBe('pppppfp');
		expect(said(report, 'testLeadReadBack')).toMatch(/after 0\.7 seconds/);
		expect(place.removed).toEqual(['1']);
	});

	it.each([
		['email', { UserDetails: { ...record.UserDetails, Email: 'kim@fabrikam.example' } }],
		['firstName', { UserDetails: { ...record.UserDetails, FirstName: 'Kim' } }],
		['lastName', { UserDetails: { ...record.UserDetails, LastName: 'Sample' } }],
		['company', { UserDetails: { ...record.UserDetails, Company: 'Fabrikam' } }],
		['leadSource', { LeadSource: 'AzureMarketplace-INS|contoso.crm' }],
	])('tells that another %s came back', async (name, change) => {
		place.read = () => Promise.resolve({ ...record, ...change });
		const report = await place.check();
		expect(letters(report)).toBe('pppppfp');
		expect(said(report, 'testLeadReadBack')).toMatch(new RegExp(`other values: ${name}$`));
	});

	it('tells that nothing says any more that it is a test', async () => {
		const UserDetails = { FirstName: 'Kim', LastName: 'Sample', Email: 'kim@fabrikam.example' };
		place.read = () => Promise.resolve({ UserDetails, LeadSource: 'SPZA-INS|contoso.crm' });
		expect(said(await place.check(), 'testLeadReadBack')).toMatch(/isTest$/);
	});

	it('that is refused is told', async () => {
		place.read = () => Promise.reject(destinationError('throttled'));
		expect(letters(await place.check())).toBe('pppppfp');
	});

	it('is left out where nothing can be read', async () => {
		place.read = undefined as never;
		place.remove = undefined as never;
		expect(letters(await place.check())).toBe('pppppss');
	});
});

describe('cleaning up', () => {
	it('that is refused is told', async () => {
		place.remove = () => Promise.reject(destinationError('permission'));
		expect(letters(await place.check())).toBe('ppppppf');
	});

	it('is left out when the lead is kept', async () => {
		expect(letters(await place.check({ keep: true }))).toBe('pppppps');
		expect(place.removed).toEqual([]);
	});

	it.each(['unchanged', 'updated'] as const)(
		'does not touch a record that was %s',
		async (outcome) => {
			place.write = () => Promise.resolve([{ ok: true, written: { outcome, id: '1', url: '' } }]);
			expect(letters(await place.check())).toBe('pppppps');
			expect(place.removed).toEqual([]);
		},
	);
});

describe('the time of a step', () => {
	skipWaits();
	const never = (): Promise<never> => new Promise(() => undefined);

	it('ends what pays no regard to it', async () => {
		place.signIn = () => {
			passTime(100);
			return never();
		};
		const report = await place.check({ stepTime: 100 });
		expect(letters(report)).toBe('fssssss');
		expect(said(report, 'reachable')).toMatch(/longer than 0\.1 seconds/);
	});

	it('leaves the destination its own words', async () => {
		place.signIn = async (_, limits) => {
			setImmediate(() => passTime(100));
			await new Promise((resolve) => limits!.signal.addEventListener('abort', resolve));
			throw destinationError('unreachable');
		};
		expect(said(await place.check({ stepTime: 100 }), 'reachable')).toBe('It said unreachable');
	});

	it('is that of each step, not of them all', async () => {
		const slowly = async () => await sleep(150);
		place.signIn = slowly;
		place.readPage = async () => {
			await slowly();
			return NO_ROWS;
		};
		place.write = async () => {
			await slowly();
			return [created];
		};
		const { checks } = await place.check({ stepTime: 400 });
		expect(checks.every(({ status }) => status === 'passed')).toBe(true);
		expect(checks.slice(0, 5).every(({ duration }) => duration >= 150)).toBe(true);
	});

	it('is also what a destination has for itself', async () => {
		place.readPage = () => {
			AbortSignal.abort().throwIfAborted();
			return Promise.resolve(NO_ROWS);
		};
		expect(letters(await place.check())).toBe('ppfssss');
	});

	it('ends with the execution', async () => {
		const execution = new AbortController();
		place.signIn = () => {
			execution.abort();
			return never();
		};
		expect(letters(await place.check({ signal: execution.signal }))).toMatch(/^f/);
	});
});
