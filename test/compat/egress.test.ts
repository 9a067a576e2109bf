/**
 * n8n's SSRF protection, switched on in a real n8n as its administrator does it: nothing that the package does
 * reaches an address that n8n blocks, and whoever set it up is told. With the address allowed it is asked.
 */
import { withTarball } from '../../scripts/host/build.ts';
import { ensureN8n } from '../../scripts/host/cache.ts';
import { PACKAGE } from '../../scripts/host/demo.ts';
import { Environment } from '../../scripts/host/environment.ts';
import type { CredentialRef, WorkflowFile } from '../../scripts/host/rest.ts';
import { httpsLead, send } from '../e2e/support/send.ts';
import {
	leadTrigger,
	LiveWorkflow,
	node,
	pollsFrom,
	withCredential,
} from '../e2e/support/workflows.ts';
import { egressPlaces } from '../support/egressPlaces.ts';
import { InsideServer } from '../support/insideServer.ts';

const TIMEOUT_MS = 1_200_000;
const BLOCKED = 'n8n’s SSRF protection blocks requests to';
const SECRET = 'an-egress-secret-of-32-characters';

let inside: InsideServer;
const places = egressPlaces(() => inside.origin);

beforeAll(async () => {
	inside = await InsideServer.start();
});

afterAll(async () => await inside.stop());

beforeEach(() => {
	inside.forget();
});

async function startProtected(env: Record<string, string> = {}): Promise<Environment> {
	const install = await ensureN8n(() => undefined);
	return await withTarball(
		async (tarball) =>
			await Environment.start({
				install,
				tarballs: [tarball],
				env: { N8N_SSRF_PROTECTION_ENABLED: 'true', ...env },
			}),
	);
}

describe('what n8n blocks', () => {
	let environment: Environment;
	let credentials: CredentialRef[];

	beforeAll(async () => {
		environment = await startProtected();
		credentials = [];
		for (const [at, { credentialType, credential }] of places.entries()) {
			const { rest } = environment;
			credentials.push(await rest.createCredential(credentialType, `Place ${at}`, credential()));
		}
	}, TIMEOUT_MS);

	afterAll(async () => {
		await environment?.stop();
	});

	it.each(places.filter(({ byBrowser }) => !byBrowser))(
		'is not asked by the test of $credentialType',
		async ({ credentialType, credential }) => {
			const result = await environment.rest.testCredential(credentialType, credential());
			expect(result).toMatchObject({ status: 'Error' });
			expect(result.message).toContain(BLOCKED);
			expect(inside.connections).toBe(0);
		},
	);

	it('is not asked by the test of the HTTPS trigger’s credential', async () => {
		const data = { secret: SECRET, endpointUrl: `${inside.origin}/webhook/a/lead` };
		const result = await environment.rest.testCredential('marketplaceLeadTriggerApi', data);
		expect(result).toMatchObject({ status: 'Error' });
		expect(result.message).toContain(BLOCKED);
		expect(inside.connections).toBe(0);
	});

	it('gets no lead, wherever it stands', async () => {
		const trigger = leadTrigger({ authentication: 'none' });
		const writers = places.map(({ name, parameters }, at) => ({
			...withCredential(
				node(`To ${at}`, `${PACKAGE}.marketplaceLead`, {
					operation: 'createLeads',
					destination: name,
					...parameters,
				}),
				credentials[at]!,
			),
			onError: 'continueRegularOutput' as const,
		}));
		const file: WorkflowFile = {
			name: 'To what is blocked',
			nodes: [trigger, ...writers],
			connections: {
				[trigger.name]: {
					main: [writers.map((writer) => ({ node: writer.name, type: 'main', index: 0 }))],
				},
			},
		};
		const live = await LiveWorkflow.activate(environment, file);
		await send(live.url(), httpsLead('Blocked'));
		const [execution] = await live.executions(1);
		const told = writers.map(({ name }) => execution?.runs[name]?.[0]?.data?.main[0]?.[0]?.json);
		expect(told).toEqual(writers.map(() => ({ error: expect.stringContaining(BLOCKED) })));
		expect(inside.connections).toBe(0);
	});

	it('is not polled', async () => {
		for (const [at, { name, parameters }] of places.entries()) {
			if (name === 'https') continue;
			const trigger = withCredential(
				pollsFrom({ destination: name, ...parameters }),
				credentials[at]!,
			);
			const live = await LiveWorkflow.create(environment, {
				name: `Polls ${at}`,
				nodes: [trigger],
				connections: {},
			});
			const { status, triggers } = await live.publish();
			expect([status, JSON.stringify(triggers)]).toEqual([
				expect.not.stringMatching('published'),
				expect.stringContaining(BLOCKED),
			]);
			await live.remove();
		}
		expect(inside.connections).toBe(0);
	});
});

it(
	'what its administrator allows is asked',
	async () => {
		const environment = await startProtected({ N8N_SSRF_ALLOWED_IP_RANGES: '127.0.0.1/32' });
		try {
			const [{ credentialType, credential }] = places as [(typeof places)[0]];
			const result = await environment.rest.testCredential(credentialType, credential());
			expect(result.message).not.toContain(BLOCKED);
			expect(inside.connections).toBeGreaterThan(0);
		} finally {
			await environment.stop();
		}
	},
	TIMEOUT_MS,
);
