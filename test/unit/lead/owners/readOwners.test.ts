/** Owners out of a table that people keep. */
import { OwnerError, readOwners, unreadColumns } from '../../../../nodes/lead';

const readDate = (value: unknown) => {
	const time = Date.parse(`${String(value)}Z`);
	if (Number.isNaN(time)) throw new Error('no date');
	return time;
};
const read = (...records: unknown[]) => readOwners(records, readDate, { isTable: true });

it('reads the columns by any common header', () => {
	const whole = {
		name: 'Ann',
		email: 'ann@vendor.example',
		weight: 2,
		territory: {
			countries: ['DE', 'AT'],
			offers: ['contoso.crm', 'Contoso ERP'],
			stages: ['trial'],
		},
		awayFrom: Date.UTC(2026, 11, 24),
		awayUntil: Date.UTC(2027, 0, 2),
	};
	expect(
		read(
			{
				'Owner Name': ' Ann ',
				'E-Mail': 'ann@vendor.example',
				Weight: '2',
				Countries: 'Germany, AT',
				'Offers ': 'contoso.crm; Contoso ERP',
				STAGE: 'Trial',
				'Away from': '2026-12-24T00:00:00',
				away_until: '2027-01-02T00:00:00',
				Team: 'North',
			},
			{
				name: 'Ann',
				email: 'ann@vendor.example',
				weight: 2,
				countries: ['Germany', 'AT'],
				offers: ['contoso.crm', 'Contoso ERP'],
				stages: ['trial'],
				awayFrom: '2026-12-24T00:00:00',
				awayUntil: '2027-01-02T00:00:00',
			},
		),
	).toEqual([whole, whole]);
});

it('takes what is missing for everything, and a weight of 1', () => {
	expect(
		read({ name: 'Ann', email: '', weight: '', countries: null, offers: [], awayFrom: ' ' }),
	).toEqual([
		{ name: 'Ann', email: '', weight: 1, territory: { countries: [], offers: [], stages: [] } },
	]);
	expect(read({ fullname: 'Kim', internalemailaddress: 'kim@vendor.example' })).toMatchObject([
		{ name: 'Kim', email: 'kim@vendor.example' },
	]);
});

it('passes over rows that name nobody', () => {
	expect(read({}, { name: ' ', email: '', weight: 1 }, null, 'x', { name: 'Ann' })).toHaveLength(1);
});

it('keeps the commas of a country', () => {
	expect(read({ name: 'Ann', countries: 'Korea, Republic of' })).toMatchObject([
		{ territory: { countries: ['KR'] } },
	]);
	expect(read({ name: 'Ann', countries: 'Korea, Republic of; DE, fr' })).toMatchObject([
		{ territory: { countries: ['KR', 'DE', 'FR'] } },
	]);
});

it.each([
	[
		{ name: 'Ann', countries: 'Bavaria' },
		/^Owner 2 \("Ann"\): "Bavaria" is not a known country\. Name countries one by one, such as DE,/,
	],
	[{ name: 'Ann', countries: 'DACH, FR' }, /"DACH" is not a known country/],
	[{ name: 'Ann', countries: 'DE/AT' }, /"DE\/AT" is not a known country/],
	[{ name: 'Ann', stages: 'hot' }, /: "hot" is not a stage\. The stages are Initial Interest,/],
	[{ name: 'Ann', weight: -1 }, /: the weight must be a number, 0 or greater, such as 0\.5\.$/],
	[{ name: 'Ann', weight: '0,5' }, /weight must be a number/],
	[{ name: 'Ann', weight: {} }, /weight must be a number/],
	[{ name: 'Ann', weight: Infinity }, /weight must be a number/],
	[
		{ email: 'a@b.example', awayUntil: 'soon' },
		/^Owner 2 \("a@b\.example"\): the date in Away Until is not valid\. Write it as 2026-12-24\.$/,
	],
	[
		{ name: 'Ann', awayFrom: '2026-12-24', awayUntil: '2026-12-24' },
		/Away Until must be later than Away From/,
	],
	[{ name: 'Ann', offers: ['x', null, {}] }, /: the territory holds a value that is not text/],
	[{ name: 'Ann', email: ['a@b.example'] }, /^Owner 2 \("Ann"\): the email address is not text\.$/],
	[{ email: {} }, /^Owner 2: the email address is not text\.$/],
	[{ name: 'Ann', offers: 'x'.repeat(10_001) }, /territory is longer than 10000 characters/],
	[{ name: 'Ann', offers: 'x,'.repeat(501) }, /more than 500 entries/],
])('refuses %j', (record, message) => {
	const reading = () => read({ name: 'First' }, record);
	expect(reading).toThrow(message);
	expect(reading).toThrow(OwnerError);
});

it('needs owners, and takes no more than the limit', () => {
	expect(() => read()).toThrow(/no owners/);
	expect(() => read({}, { Title: 'x' })).toThrow(/no owners/);
	const many = Array.from({ length: 1_001 }, (_, number) => ({ name: `Owner ${number}` }));
	expect(() => read(...many)).toThrow(/^There are 1001 owners\. The limit is 1000\.$/);
});

it('tells who is nobody, unless it is an empty row of a table', () => {
	const nobody = { name: '', email: ' ', countries: 'DE' };
	expect(() => read({ name: 'Ann' }, nobody)).toThrow(
		'Owner 2 has neither a name nor an email address.',
	);
	const ofNode = [{ name: 'Ann' }, { email: '', weight: 1 }];
	expect(() => readOwners(ofNode, readDate, { isTable: false })).toThrow(/^Owner 2 has neither/);
});

// As other tables give lists and links: left out, the territory would be another, or none.
it.each([[{ id: 7, value: 'DE' }], [false], [['DE', ['AT']]], [[{}]]])(
	'takes no %j for the countries of a territory',
	(countries) => {
		expect(() => read({ name: 'Ann', countries })).toThrow(
			/^Owner 1 \("Ann"\): the territory holds a value that is not text\.$/,
		);
	},
);

it("takes a CRM's users: where they live is no territory, and who has left gets nobody", () => {
	// The fields of Salesforce's User, Zoho's users, HubSpot's owners and Dataverse's systemuser.
	const users = [
		{
			Id: '005',
			Name: 'Ann',
			Email: 'ann@v.example',
			Country: 'USA',
			PostalCode: null,
			IsActive: true,
		},
		{ full_name: 'Ben', email: 'ben@v.example', country: 'Somewhere', zip: '1', street: null },
		{ id: '1', email: 'cem@v.example', firstName: 'Cem', archived: true },
		{ fullname: 'Dora', internalemailaddress: 'dora@v.example', isdisabled: 'True', weight: 3 },
		{ name: 'Eva', email: 'eva@v.example', active_flag: 'no' },
		{ fullname: 'Finn', internalemailaddress: 'finn@v.example', isdisabled: false },
	];
	const found = read(...users);
	expect(found.map(({ email, weight }) => [email.slice(0, 3), weight])).toEqual([
		['ann', 1],
		['ben', 1],
		['cem', 0],
		['dor', 0],
		['eva', 0],
		['fin', 1],
	]);
	expect(found.flatMap(({ territory }) => territory.countries)).toEqual([]);
	expect(read({ email: 'cem@v.example', firstName: 'Cem', lastName: 'Sample' })).toMatchObject([
		{ name: 'Cem Sample', email: 'cem@v.example' },
	]);
	expect(read({ 'First Name': 'Cem', Name: 'C. Sample' })).toMatchObject([{ name: 'C. Sample' }]);
	// Of a table that people keep, it is one, and a column that only sounds like it says nothing.
	expect(read({ name: 'Ann', Country: 'DE', City: 'Berlin', active: '12 deals' })).toMatchObject([
		{ weight: 1, territory: { countries: ['DE'] } },
	]);
});

it('tells which columns it does not read', () => {
	const rows = [
		{ row_number: 2, Name: 'Ann', 'E-Mail': 'a', Gewicht: 2 },
		{ Name: 'Ben', Gewicht: 1, Länder: 'DE', isActive: true },
		null,
	];
	expect(unreadColumns(rows)).toEqual(['Gewicht', 'Länder']);
});
