/** What a poll holds while the execution runs that it began: that can be hours, and there can be many. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { startDynamics } from '../../fakeServers/dynamics365/dynamics';
import { startEntraAuthority, type EntraAuthority } from '../../fakeServers/entra/authority';
import { DynamicsPlace } from '../../support/places/dynamics365';
import { pollContext, type TestExecution } from '../../support/engine';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const MARKS = {
	markedBy: 'boolean',
	handledColumn: { __rl: true, mode: 'name', value: 'contoso_handled' },
};

let authority: EntraAuthority;
let place: DynamicsPlace;

beforeEach(async () => {
	authority = await startEntraAuthority();
	place = new DynamicsPlace(await startDynamics({ authority }));
});
afterEach(async () => {
	await place.fakeServer.stop();
	await authority.stop();
});

/** Polls once, and gives the execution without its items, and a look at one of them. */
async function handOver(
	handledWhen: string,
): Promise<{ end: TestExecution['end']; lead: WeakRef<object> }> {
	const poller = pollContext({
		type: new MarketplaceLeadPollTrigger(),
		parameters: { ...place.parameters, startFrom: 'all', handledWhen, ...MARKS },
		credentials: place.credentials,
	});
	await poller.poll();
	const [execution] = poller.executions.splice(0);
	const lead = new WeakRef(execution!.data[0]![0]!.json['customer'] as object);
	const { end } = execution!;
	execution!.data.length = 0;
	return { end, lead };
}

it.each(['handedOver', 'executionFinishes', 'markedInWorkflow'])(
	'no lead (%s)',
	async (handledWhen) => {
		await place.insert([{ name: 'a' }, { name: 'b' }]);
		const { end, lead } = await handOver(handledWhen);
		// What a test's own promises hold is let go of in the turns after it.
		for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
		collectGarbage();
		expect(lead.deref()).toBeUndefined();
		// Until here n8n could have ended it.
		await end(undefined);
	},
);
