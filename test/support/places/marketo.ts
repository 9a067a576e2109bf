/** Marketo: an instance of its own for each place. */
import type { INodeParameters } from 'n8n-workflow';

import { FILL_OUT_FORM, FORM_FIELDS } from '../../fakeServers/marketo/instance.ts';
import { startMarketo } from '../../fakeServers/marketo/marketo.ts';
import type { MarketoOptions, FakeMarketo } from '../../fakeServers/marketo/marketo.ts';
import type { Credentials, PolledDestination } from '../pollContract/harness.ts';
import { FakeServerPlace } from './fakeServerPlace.ts';
import { type Places, placesOf, type StoredLead } from './place.ts';

/** Seconds: of what is asked to wait longer, Marketo says that the rate is exceeded, which is 20 s. */
const SHORT_WAIT = 2;

export function marketoPlaces(): Promise<Places<MarketoPlace>> {
	return Promise.resolve(placesOf(async () => await MarketoPlace.start()));
}

export const marketoPolled: PolledDestination = {
	destination: 'marketo',
	cannot: {
		absentPlace: 'a form has to be there before Partner Center can be given its ID',
		editsMoveClock: 'a fill-out never changes; what is edited is the person',
		progressByRecords: 'fill-outs of one form are few among all activities that are looked through',
		ownCreationTime: 'a fill-out has one time, that of the customer’s act',
	},
	retries(fault) {
		if (fault.kind === 'slow' || fault.kind === 'garbage') return false;
		// Being busy for a moment and being broken are tried again; a full rate window is long.
		return !(
			fault.kind === 'refused' &&
			fault.why === 'throttled' &&
			(fault.waitSeconds ?? 0) > SHORT_WAIT
		);
	},
	start: marketoPlaces,
};

export class MarketoPlace extends FakeServerPlace<FakeMarketo> {
	writing: INodeParameters = {
		marketoMethod: 'submitForm',
		form: this.fakeServer.parameters.form,
	};

	constructor(fakeServer: FakeMarketo) {
		super(fakeServer);
		// Hidden, as the docs tell those to add them who want the description, and the customer's wish.
		fakeServer.instance.forms[0]!.fields = [
			...FORM_FIELDS,
			{ id: 'Description', dataType: 'hidden' },
			{ id: 'Unsubscribed', dataType: 'hidden' },
		];
	}

	static async start(options: MarketoOptions = {}): Promise<MarketoPlace> {
		return new MarketoPlace(await startMarketo(options));
	}

	/** Marketo does not tell whether a person is as it was. */
	get again(): 'unchanged' | 'updated' {
		return this.writing['marketoMethod'] === 'submitForm' ? 'unchanged' : 'updated';
	}

	override get otherCredentials(): Credentials {
		return this.credentialsOf(this.fakeServer.otherCredential);
	}

	get secrets(): readonly string[] {
		return this.fakeServer.secrets;
	}

	async edit(...names: string[]): Promise<void> {
		await this.fakeServer.edit(...names);
	}

	shapePages({ records = 300, emptyPages = 0 }: { records?: number; emptyPages?: number }): void {
		this.fakeServer.shape = { ...this.fakeServer.shape, most: records, pauses: emptyPages };
	}

	/** Fill-outs, of which a person can have several; or persons, where none are written. */
	records(): Promise<StoredLead[]> {
		const { instance } = this.fakeServer;
		const fillOuts = instance.activities().filter(({ typeId }) => typeId === FILL_OUT_FORM);
		const isForm = this.writing['marketoMethod'] === 'submitForm';
		const ids = isForm ? fillOuts.map(({ leadId }) => leadId) : [...instance.persons.keys()];
		// The log remembers fill-outs of persons who are gone.
		return Promise.resolve(
			ids.flatMap((id) => {
				const { fields } = instance.persons.get(id) ?? {};
				if (!fields) return [];
				const { lastName, title } = fields;
				return [{ id: String(id), lastName: String(lastName), title: String(title ?? '') }];
			}),
		);
	}

	refuse(name: string): INodeParameters {
		this.fakeServer.instance.rejects = ({ lastName }) => lastName === name;
		return {};
	}

	endSession(): void {
		this.fakeServer.revokeAccess();
	}

	loseSignIn(): () => void {
		const [client] = this.fakeServer.clients;
		const { clientSecret } = client;
		client.clientSecret = 'another';
		this.fakeServer.revokeAccess();
		return () => {
			client.clientSecret = clientSecret;
		};
	}
}
