import type { FieldType, ILoadOptionsFunctions, ResourceMapperFields } from 'n8n-workflow';
import type { WritableField } from '../destinations/contract';
import { toNodeError } from '../errors';
import { keepToEgressRules } from '../parameters/egress';
import { currentContext, editorInput } from '../parameters/editorMethods';
import { chosenDestination } from '../parameters/openDestination';

const TYPES: Readonly<Record<WritableField['type'], FieldType>> = {
	boolean: 'boolean',
	dateTime: 'dateTime',
	number: 'number',
	options: 'options',
	string: 'string',
};

/** The fields of the chosen destination's record, for the resource mapper. */
export async function writableFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	keepToEgressRules(this);
	try {
		const current = currentContext(this);
		const destination = chosenDestination(current);
		const { writing } = destination;
		const input = await editorInput(current, destination);
		const fields = (await writing.fields?.(input)) ?? [];
		return {
			fields: fields.map(({ name, label, type, choices }) => ({
				id: name,
				displayName: label === name ? name : `${label} (${name})`,
				type: TYPES[type],
				required: false,
				defaultMatch: false,
				canBeUsedToMatch: false,
				display: true,
				...(choices && { options: choices }),
			})),
		};
	} catch (error) {
		throw toNodeError(this.getNode(), error);
	}
}
