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

const TIMEOUT_MS = 60_000;

/**
 * What a registry knows of the versions that are bundled.
 *
 * @throws where it does not tell: no registry but npm's own has to have this
 */
export async function askAdvisories(registry: string, bill: BillOfMaterials): Promise<Advisories> {
	const response = await fetch(new URL('-/npm/v1/security/advisories/bulk', registry), {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(packagesOf(bill)),
		signal: AbortSignal.timeout(TIMEOUT_MS),
	});
	const told = response.ok ? await response.json().catch(() => undefined) : undefined;
	if (typeof told === 'object' && told !== null) return told as Advisories;
	throw new Error(
		`The registry did not tell the advisories (status ${response.status}). Try again later, or with npm's own registry: a release needs them.`,
	);
}

/** Those that a release does not go out with. */
export function seriousOf({ vulnerabilities = [] }: BillOfMaterials): Vulnerability[] {
	return vulnerabilities.filter(({ ratings }) =>
		ratings.some(({ severity }) => severity === 'high' || severity === 'critical'),
	);
}

/** The bill with every advisory that fits a bundled version, and when that was asked (ISO 8601). */
export function withAdvisories(
	bill: BillOfMaterials,
	advisories: Advisories,
	askedAt: string,
): BillOfMaterials & { vulnerabilities: Vulnerability[] } {
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
