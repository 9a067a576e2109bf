/** Known advisories, as npm's registry tells them and as CycloneDX notes them. */
import semver from 'semver';

interface Component {
	'bom-ref': string;
	group?: string;
	name: string;
	version: string;
}

interface Vulnerability {
	'bom-ref': string;
	id: string;
	source: { url: string };
	ratings: Array<{ severity: string }>;
	description: string;
	affects: Array<{ ref: string }>;
}

/** The part of CycloneDX 1.6 that matters here. */
export interface BillOfMaterials {
	metadata: { timestamp?: string; properties?: Array<{ name: string; value: string }> };
	components: Component[];
	vulnerabilities?: Vulnerability[];
}

/** By package name, as the registry's bulk endpoint responds. */
export type Advisories = Record<
	string,
	Array<{
		id: number;
		url: string;
		title: string;
		severity: string;
		vulnerable_versions: string;
	}>
>;

const nameOf = ({ group, name }: Component) => (group ? `${group}/${name}` : name);

/** The bundled packages with their versions, as the bulk endpoint asks for them. */
export function packagesOf({ components }: BillOfMaterials): Record<string, string[]> {
	const packages: Record<string, string[]> = {};
	for (const component of components) {
		const versions = (packages[nameOf(component)] ??= []);
		if (!versions.includes(component.version)) versions.push(component.version);
	}
	return packages;
}

/** The bill with every advisory that fits a bundled version, and when that was asked (ISO 8601). */
export function withAdvisories(
	bill: BillOfMaterials,
	advisories: Advisories,
	askedAt: string,
): BillOfMaterials {
	const vulnerabilities = Object.entries(advisories).flatMap(([name, entries]) =>
		entries.flatMap(({ id, url, title, severity, vulnerable_versions: range }) => {
			const affects = bill.components
				.filter((one) => nameOf(one) === name && semver.satisfies(one.version, range))
				.map((one) => ({ ref: one['bom-ref'] }));
			if (affects.length === 0) return [];
			// npm says "moderate" where CycloneDX says "medium".
			const ratings = [{ severity: severity === 'moderate' ? 'medium' : severity }];
			const known = `npm-${id}`;
			return [
				{ 'bom-ref': known, id: known, source: { url }, ratings, description: title, affects },
			];
		}),
	);
	const properties = [
		...(bill.metadata.properties ?? []),
		{ name: 'n8n-nodes-marketplace-leads:advisories-asked-at', value: askedAt },
	];
	return {
		...bill,
		metadata: { ...bill.metadata, timestamp: askedAt, properties },
		vulnerabilities,
	};
}
