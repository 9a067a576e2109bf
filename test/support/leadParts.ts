/** The parts of a lead that an AI agent fills in, as Lead Source and Create Leads name them to its model. */
export const LEAD_PARTS = [
	'company',
	'country',
	'description',
	'email',
	'firstName',
	'lastName',
	'leadSource',
	'phone',
	'title',
];
