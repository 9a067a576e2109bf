import type { MarkingDescription, WriteInput } from '../../contract';
import {
	handledFieldProperties,
	readHandledField,
	type HandledField,
	type HandledFieldWords,
} from '../../handledField';
import { anyOf, textLiteral } from '../connection/soql';
import type { LeadField } from '../metadata';

const WORDS: HandledFieldWords = {
	field: 'field',
	boolean: 'Checkbox',
	choice: 'Picklist',
	parameter: 'handledField',
	pending: {
		name: 'pendingPicklistValue',
		label: 'Pending Picklist Value',
		placeholder: 'Open - Not Contacted',
	},
	handled: {
		name: 'handledPicklistValue',
		label: 'Handled Picklist Value',
		placeholder: 'Working - Contacted',
	},
	listMethod: 'searchHandledFields',
	placeholder: 'Marketplace_Handled__c',
	namePattern: /^[A-Za-z][A-Za-z0-9_]{0,79}$/,
};

export const markingProperties: MarkingDescription['properties'] = handledFieldProperties(WORDS);

/** @throws DestinationError with the code `configuration` */
export function readMarkingField(input: Pick<WriteInput, 'parameter'>): HandledField {
	return readHandledField(input, WORDS);
}

/** Salesforce's types of field, by what they are here. */
export const FIELD_TYPES: Readonly<Record<HandledField['kind'], string>> = {
	boolean: 'boolean',
	dateTime: 'datetime',
	choice: 'picklist',
};

/** Whether a field can mark leads, in one way or another. */
export function canMark({ type, updateable }: LeadField): boolean {
	return updateable && Object.values(FIELD_TYPES).includes(type);
}

/** SOQL that is true of pending leads. A field without a value marks nothing. */
export function pendingCondition(field: HandledField): string {
	const isEmpty = `${field.name} = null`;
	switch (field.kind) {
		case 'boolean':
			return `${field.name} = false`;
		case 'dateTime':
			return isEmpty;
		case 'choice':
			return anyOf([`${field.name} = ${textLiteral(field.pending)}`, isEmpty]);
	}
}

/** What the field of a handled lead gets. */
export function handledValue(field: HandledField, handledAt: number): boolean | string {
	switch (field.kind) {
		case 'boolean':
			return true;
		case 'dateTime':
			return new Date(handledAt).toISOString();
		case 'choice':
			return field.handled;
	}
}
