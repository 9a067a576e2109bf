import { configurationError } from '../../addresses';
import type { MarkingDescription, WriteInput } from '../../contract';
import {
	handledFieldProperties,
	readHandledField,
	type HandledField,
	type HandledFieldWords,
} from '../../handledField';
import type { ColumnKind } from '../metadata';

const WORDS: HandledFieldWords = {
	field: 'column',
	boolean: 'Yes/No',
	choice: 'Choice',
	parameter: 'handledColumn',
	pending: { name: 'pendingChoice', label: 'Pending Choice', placeholder: '100000000' },
	handled: { name: 'handledChoice', label: 'Handled Choice', placeholder: '100000001' },
	listMethod: 'searchHandledColumns',
	placeholder: 'new_marketplacehandled',
	namePattern: /^[A-Za-z][A-Za-z0-9_]{0,127}$/,
};

/** What Dataverse takes for a value of a choice. */
const CHOICE_VALUE = /^-?\d{1,10}$/;

export const markingProperties: MarkingDescription['properties'] = handledFieldProperties(WORDS);

/** @throws DestinationError with the code `configuration` */
export function readMarkingColumn(input: Pick<WriteInput, 'parameter'>): HandledField {
	// Its schema name differs from its logical name in nothing but case.
	const column = readHandledField(input, WORDS, (name) => name.toLowerCase());
	if (column.kind !== 'choice') return column;
	if ([column.pending, column.handled].every((value) => CHOICE_VALUE.test(value))) return column;
	throw configurationError(
		`"${WORDS.pending.label}" and "${WORDS.handled.label}" take whole numbers`,
		'Give the values of the choices, not their labels, as in 100000001. They are shown beside the labels where the column is made.',
	);
}

/** Whether a column of this kind can mark leads as it is set. */
export function isOfKind(kind: ColumnKind, { kind: expected }: HandledField): boolean {
	return kind === expected;
}

/** A condition that is true of pending leads. A column without a value marks nothing. */
export function pendingCondition(column: HandledField): string {
	const isEmpty = `${column.name} eq null`;
	switch (column.kind) {
		case 'boolean':
			return `(${column.name} eq false or ${isEmpty})`;
		case 'dateTime':
			return isEmpty;
		case 'choice':
			return `(${column.name} eq ${column.pending} or ${isEmpty})`;
	}
}

/** Whether a row says that its lead is pending. */
export function isPending(column: HandledField, value: unknown): boolean {
	if (value === null || value === undefined) return true;
	if (column.kind === 'dateTime') return false;
	return column.kind === 'boolean' ? value === false : value === Number(column.pending);
}

/** What the column of a handled lead gets. */
export function handledValue(column: HandledField, handledAt: number): boolean | number | string {
	switch (column.kind) {
		case 'boolean':
			return true;
		case 'dateTime':
			return new Date(handledAt).toISOString();
		case 'choice':
			return Number(column.handled);
	}
}
