/**
 * Everything that this package asks of Marketo, and all that the fake server says to it, held against
 * Adobe's public definitions: where MARKETO_DEFINITIONS names a folder that has them
 * (docs/vendor-facts.md), each call goes through a proxy that keeps it and its response.
 */
import type {
	ICredentialDataDecryptedObject,
	INodeParameters,
	INodePropertyOptions,
} from 'n8n-workflow';

import { marketo } from '../../../nodes/destinations/marketo';
import { RateLimiter } from '../../../nodes/destinations/marketo/connection/rateLimiter';
import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { MarketoDefinitions, type Violation } from '../../fakeServers/marketo/definitions';
import { startMarketo, type FakeMarketo } from '../../fakeServers/marketo/marketo';
import {
	startRecordingProxy,
	type Exchange,
	type RecordingProxy,
} from '../../fakeServers/recordingProxy';
import { destinationInput } from '../../support/destinationInput';
import { outputsOf, pollContext, runNode } from '../../support/engine';
import { ADOBE_SAMPLES } from './adobeSamples';

const folder = process.env['MARKETO_DEFINITIONS'] || undefined;
const suite = folder === undefined ? describe.skip : describe;
const why =
	folder === undefined ? ' (not without MARKETO_DEFINITIONS, see docs/vendor-facts.md)' : '';

const { description } = new MarketplaceLead();
const OPERATIONS = (
	description.properties.find(({ name }) => name === 'operation')!.options as INodePropertyOptions[]
).map(({ value }) => String(value));

/** Marketo keeps nothing of a hand-over, so there is nothing to mark. */
const OFFERED = OPERATIONS.filter((name) => name !== 'markAsHandled');
const CREATE = OPERATIONS.find((name) => name.startsWith('create'))!;
const METHODS = ['submitForm', 'upsertPerson'];

suite(`Adobe's definitions${why}`, () => {
	let definitions: MarketoDefinitions;
	let known: ReadonlySet<string>;
	let fake: FakeMarketo;
	let proxy: RecordingProxy;
	const called = new Set<string | undefined>();
	beforeAll(() => {
		definitions = MarketoDefinitions.read(folder!);
		known = new Set(ADOBE_SAMPLES.flatMap(violationsOfSample).map(textOf));
	});
	beforeEach(async () => {
		fake = await startMarketo();
		proxy = await startRecordingProxy(fake.origin);
		// Of hundreds of calls nobody waits for the next 20 seconds here.
		jest.spyOn(RateLimiter.prototype, 'waitForTurn').mockResolvedValue(true);
	});
	afterEach(async () => {
		jest.restoreAllMocks();
		await proxy?.stop();
		await fake?.stop();
	});
	// Every call there is has been held against them: by all tests together, in whatever order they ran.
	afterAll(() => {
		const inSamples = ADOBE_SAMPLES.map(([operation]) => operation);
		expect([...called].sort()).toEqual(inSamples.sort());
	});

	function violationsOfSample([operation, response]: [string, object]): Violation[] {
		const [method = '', template = ''] = operation.split(' ');
		const url = new URL(template.replace('{id}', '1'), 'http://marketo.example');
		const exchange = { method, url, headers: {}, body: '', status: 200 };
		const given = { ...exchange, responseBody: JSON.stringify(response) };
		return definitions.check(given).filter((one) => one.in === 'response');
	}

	const textOf = ({ operation, in: where, at, message }: Violation) =>
		`${operation}, ${where}: ${at} ${message}`;

	/** What the calls so far have otherwise than they may, each kind once. */
	function violations(): string[] {
		for (const exchange of proxy.exchanges) called.add(definitions.nameOf(exchange));
		const all = proxy.exchanges.flatMap((one) => definitions.check(one).map(textOf));
		return [...new Set(all)].filter((text) => !known.has(text));
	}

	const credential = () => ({ ...fake.credential, endpoint: `${proxy.origin}/rest` });
	const items = (count: number, name = 'Sample') =>
		Array.from({ length: count }, (_, at) => ({
			json: {
				UserDetails: {
					FirstName: 'Kim',
					LastName: `${name} ${at}`,
					Email: `${name.toLowerCase()}.${at}@fabrikam-${'x'.repeat(40)}.example`,
					Phone: '(425) 555-0100',
					Country: 'US',
					Company: 'Fabrikam',
					Title: 'Buyer',
				},
				LeadSource: 'AzureMarketplace-INS|contoso.crm',
				Description: 'Please call',
			},
		}));

	const partition = (value: string) => ({ partition: { __rl: true, mode: 'name', value } });

	async function execute(
		operation: string,
		marketoMethod: string,
		{
			count = 3,
			parameters = {},
			options = {},
		}: { count?: number; parameters?: INodeParameters; options?: INodeParameters } = {},
	) {
		const run = await runNode(
			{
				type: new MarketplaceLead(),
				parameters: {
					operation,
					destination: 'marketo',
					marketoMethod,
					form: fake.parameters.form,
					...parameters,
					options,
				},
				credentials: {
					[fake.credentialType]: credential() as ICredentialDataDecryptedObject,
				},
				onError: 'continueRegularOutput',
			},
			items(count),
		);
		return outputsOf(run)[0]!;
	}

	it.each(OFFERED.flatMap((operation) => METHODS.map((method) => [operation, method] as const)))(
		'are kept by %s with %s',
		async (operation, method) => {
			await fake.insert([{ name: 'here' }, { name: 'here too' }]);
			const output = await execute(operation, method);
			expect(output.filter(({ json }) => Object.hasOwn(json, 'error'))).toEqual([]);
			expect(proxy.exchanges.length).toBeGreaterThan(1);
			expect(violations()).toEqual([]);
		},
	);

	it.each(METHODS)(
		'are kept by leads that are there already, and so many, with %s',
		async (method) => {
			for (let time = 0; time < 2; time += 1) {
				const output = await execute(CREATE, method, { count: 210 });
				expect(output).toHaveLength(210);
			}
			// Addresses so long that they go in a body.
			const isLong = ({ url }: Exchange) => url.searchParams.get('_method') === 'GET';
			expect(proxy.exchanges.some(isLong)).toBe(method === 'submitForm');
			expect(violations()).toEqual([]);
		},
	);

	it('are kept by the poll trigger, in its first poll and later ones', async () => {
		const trigger = pollContext({
			type: new MarketplaceLeadPollTrigger(),
			parameters: { ...fake.parameters, startFrom: 'all' },
			credentials: { [fake.credentialType]: credential() },
		});
		fake.addForeign(700);
		const given = Array.from({ length: 320 }, (_, at) => ({ name: `n${at}` }));
		await fake.insert(given);
		const names = new Set<unknown>();
		for (let poll = 0; poll < 12; poll += 1) {
			for (const { json } of (await trigger.poll())?.flat() ?? []) {
				names.add((json['customer'] as { lastName: string }).lastName);
			}
		}
		expect(names.size).toBe(320);
		await fake.insert([{ name: 'new' }]);
		expect((await trigger.poll())?.flat()).toHaveLength(1);
		expect(await trigger.poll('manual')).not.toBeNull();
		// Somebody else, who is told that so many calls were made that it asks for the days before.
		fake.callsToday = 9_500;
		const other = pollContext({
			type: new MarketplaceLeadPollTrigger(),
			parameters: { ...fake.parameters, startFrom: 'all' },
			credentials: { [fake.credentialType]: { ...credential(), ...fake.clients[1] } },
		});
		await other.poll().catch(() => undefined);
		expect(violations()).toEqual([]);
	});

	it('are kept by what the editor asks, and the test of the credential', async () => {
		await marketo.testCredential(credential());
		for (const method of METHODS) {
			const input = destinationInput(credential(), {
				marketoMethod: method,
				form: fake.parameters.form,
			});
			expect(await marketo.writing.fields!(input)).not.toEqual([]);
			for (const list of Object.values(marketo.lists)) expect(await list(input)).not.toEqual([]);
		}
		expect(violations()).toEqual([]);
	});

	it('are kept on bad days', async () => {
		const [form, upsert] = METHODS as [string, string];
		for (const code of ['601', '602', '603', '610', '607']) {
			fake.script(/^\/rest/, code);
			await execute(CREATE, form);
		}
		fake.instance.partitions.push('EMEA');
		await execute(CREATE, upsert);
		await execute(CREATE, upsert, { options: partition('EMEA') });
		fake.instance.forms.push({ id: 7, name: 'Draft', isApproved: false, draft: [] });
		for (const value of ['7', '8']) {
			await execute(CREATE, form, { parameters: { form: { __rl: true, mode: 'id', value } } });
		}
		const codes = proxy.exchanges.map(
			({ responseBody }) => /"code":"(\d+)"/.exec(responseBody)?.[1] ?? '',
		);
		expect(codes).toEqual(expect.arrayContaining(['601', '603', '607', '702', '1009']));
		expect(violations()).toEqual([]);
	});

	it('would have told what is not as it should be', () => {
		const url = new URL('http://marketo.example/rest/v1/leads/submitForm.json');
		const exchange = (body: object, response: object, search = '') => ({
			method: 'POST',
			url: new URL(`${url}${search}`),
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
			status: 200,
			responseBody: JSON.stringify(response),
		});
		const whole = { formId: 1, input: [{ leadFormFields: { email: 'a@b.example' } }] };
		const said = { requestId: '1#2', success: true, result: [{ id: 1, status: 'created' }] };
		const found = (given: Exchange) =>
			definitions.check(given).map((one) => [one.in, one.at, one.message]);
		expect(found(exchange(whole, said))).toEqual([]);
		expect(found(exchange({ ...whole, formId: '1' }, said))).toEqual([
			['request', 'body.formId', 'must be integer'],
		]);
		expect(found(exchange({ ...whole, form: 1 }, said))).toEqual([
			['request', 'body', 'must NOT have additional properties'],
		]);
		expect(found(exchange({ ...whole, input: [{ leadFormFields: {} }] }, said))).toEqual([
			['request', 'body.input.*.leadFormFields.email', expect.any(String)],
		]);
		expect(found(exchange(whole, said, '?partition=x'))).toEqual([
			['request', 'query.partition', 'is not defined'],
		]);
		expect(found(exchange(whole, { ...said, result: [{ id: 1, status: 'made' }] }))).toEqual([
			['response', 'result/*/status', expect.stringContaining('allowed values')],
		]);
		expect(found({ ...exchange(whole, said), status: 204 })).not.toEqual([]);
		expect(found({ ...exchange(whole, said), method: 'PUT' })).not.toEqual([]);
	});
});
