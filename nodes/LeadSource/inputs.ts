import { NodeConnectionTypes } from 'n8n-workflow';

const OWNERS = '$parameter["operation"] === "assignOwner" && $parameter["ownersFrom"] === "input"';
const LEADS_THERE = '$parameter["operation"] === "findMissingLeads"';

/** The node's inputs as an expression: owners that come as items have one, and leads to compare with. */
export function inputsExpression(): `={{${string}}}` {
	const { Main } = NodeConnectionTypes;
	const two = (...names: [string, string]) =>
		`[${names.map((displayName) => JSON.stringify({ type: Main, displayName })).join(', ')}]`;
	const owners = `${OWNERS} ? ${two('Leads', 'Owners')}`;
	const there = `${LEADS_THERE} ? ${two('Leads', 'Leads There')}`;
	return `={{ ${owners} : ${there} : ["${Main}"] }}`;
}
