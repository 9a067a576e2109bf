/** A credential of n8n's OAuth2 kind, with what its hidden fields come to, as n8n's server completes it. */
import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	INodeParameters,
} from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { workflowOf } from './engine';
import { LeadSource } from '../../nodes/LeadSource/LeadSource.node';

export function oAuth2Credential(
	{ properties }: ICredentialType,
	given: Record<string, unknown>,
): ICredentialDataDecryptedObject {
	const complete = NodeHelpers.getNodeParameters(
		properties,
		given as INodeParameters,
		true,
		false,
		null,
		null,
	);
	const data = { ...complete, ...given } as INodeParameters;
	const workflow = workflowOf([{ type: new LeadSource() }]);
	return workflow.expression.getParameterValue(
		data,
		null,
		0,
		0,
		'Lead Source',
		[],
		'internal',
		{},
		undefined,
		false,
		data,
	) as ICredentialDataDecryptedObject;
}
