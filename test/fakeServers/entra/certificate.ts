import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const DAY_MS = 86_400_000;

/** DER tags. */
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const UTF8_STRING = 0x0c;
const SEQUENCE = 0x30;
const SET = 0x31;
const UTC_TIME = 0x17;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

/** Object identifiers and constants, whole. */
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex');
const TRUE = Buffer.from('0101ff', 'hex');

/**
 * A self-signed certificate for `localhost`, 127.0.0.1 and more names, good for a day or until a time
 * (epoch milliseconds) less than a day ago, with its key; both PEM. Node can sign but makes no
 * certificates, and a test should need no OpenSSL on the machine.
 */
export function localCertificate(
	more: readonly string[] = [],
	until = Date.now() + DAY_MS,
): { cert: string; key: string } {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const algorithm = der(SEQUENCE, ECDSA_WITH_SHA256);
	// A name of its own: of two that bear the same one OpenSSL would find only the first it was given.
	const commonName = Buffer.from(`localhost ${randomBytes(6).toString('hex')}`);
	const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, commonName))));
	const names = der(
		SEQUENCE,
		...['localhost', ...more].map((host) => der(DNS_NAME, Buffer.from(host))),
		der(IP_ADDRESS, Buffer.from([127, 0, 0, 1])),
	);
	const body = der(
		SEQUENCE,
		der(VERSION, der(INTEGER, Buffer.from([2]))),
		der(INTEGER, Buffer.from([1])),
		algorithm,
		name,
		der(SEQUENCE, time(Date.now() - DAY_MS), time(until)),
		name,
		publicKey.export({ type: 'spki', format: 'der' }),
		der(
			EXTENSIONS,
			der(
				SEQUENCE,
				der(SEQUENCE, SUBJECT_ALT_NAME, der(OCTET_STRING, names)),
				der(SEQUENCE, BASIC_CONSTRAINTS, TRUE, der(OCTET_STRING, der(SEQUENCE, TRUE))),
			),
		),
	);
	const signature = der(BIT_STRING, Buffer.from([0]), sign('sha256', body, privateKey));
	const certificate = der(SEQUENCE, body, algorithm, signature).toString('base64');
	const lines = certificate.match(/.{1,64}/g) ?? [];
	return {
		cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
		key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
	};
}

function time(ms: number): Buffer {
	const digits = new Date(ms).toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '');
	return der(UTC_TIME, Buffer.from(digits.slice(2)));
}

function der(tag: number, ...contents: Buffer[]): Buffer {
	const content = Buffer.concat(contents);
	const { length } = content;
	let header = [length];
	if (length > 0xff) header = [0x82, length >> 8, length & 0xff];
	else if (length > 0x7f) header = [0x81, length];
	return Buffer.concat([Buffer.from([tag, ...header]), content]);
}
