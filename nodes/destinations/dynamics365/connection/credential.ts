import { checkedUrl, configurationError } from '../../addresses';
import { textField } from '../../input';
import {
	readCloud,
	readEntraApplication,
	type EntraApplication,
	type EntraCloud,
} from '../../entra';

/** An environment with the application that signs in to it. */
export interface Environment {
	/** `https://contoso.crm.dynamics.com` */
	readonly origin: string;
	readonly application: EntraApplication;
}

/**
 * Hosts of environments by the cloud whose Entra they belong to:
 * https://learn.microsoft.com/power-platform/admin/microsoft-dynamics-365-government and
 * https://learn.microsoft.com/power-platform/admin/business-applications-availability-china. The
 * first government cloud, GCC (crm9.dynamics.com), is on the public Entra.
 */
const CLOUD_HOSTS: ReadonlyArray<readonly [hosts: RegExp, cloud: EntraCloud, name: string]> = [
	[/\.crm\d*\.dynamics\.com$/, 'public', 'Azure'],
	[/\.crm\d*\.(microsoftdynamics|appsplatform)\.us$/, 'usGovernment', 'Azure US Government'],
	[/\.crm\d*\.dynamics\.cn$/, 'china', 'Azure China'],
];

/**
 * Checks the credential's fields.
 *
 * @throws DestinationError with the code `configuration` that names the field to correct
 */
export function readEnvironment(credential: Record<string, unknown>): Environment {
	const { origin, belongsTo } = readOrigin(credential);
	const application = readEntraApplication(credential);
	checkCloud(application.cloud, belongsTo);
	return { origin, application };
}

/** The same where a person signs in with the browser, by an application that is n8n's to know. */
export function readBrowserEnvironment(
	credential: Record<string, unknown>,
): Pick<Environment, 'origin'> {
	const { origin, belongsTo } = readOrigin(credential);
	checkCloud(readCloud(credential), belongsTo);
	return { origin };
}

type CloudOfHost = (typeof CLOUD_HOSTS)[number];

function readOrigin(credential: Record<string, unknown>): {
	origin: string;
	belongsTo: CloudOfHost | undefined;
} {
	const text = textField(credential, 'environmentUrl');
	if (text === '') {
		throw configurationError(
			'The Environment URL is missing',
			'It looks like https://contoso.crm.dynamics.com.',
		);
	}
	// People copy it out of the browser, with a path, or out of a list, without https.
	const { origin, hostname } = checkedUrl(
		text.includes('://') ? text : `https://${text}`,
		'The Environment URL',
	);
	return { origin, belongsTo: CLOUD_HOSTS.find(([hosts]) => hosts.test(hostname)) };
}

/** @throws DestinationError where the environment belongs to another cloud */
function checkCloud(cloud: EntraCloud, belongsTo: CloudOfHost | undefined): void {
	// Else the client secret would go to an authority that the environment has nothing to do with.
	if (belongsTo && cloud !== 'custom' && belongsTo[1] !== cloud) {
		throw configurationError(
			'The Environment URL belongs to another cloud than the one chosen',
			`Choose ${belongsTo[2]} under Cloud, or check the address.`,
		);
	}
}
