/** What can go wrong with a destination, by the names that results and docs use. */
export const WEATHER = [
	'destination away',
	'destination slow',
	'destination cuts',
	'destination throttles',
	'destination sends garbage',
	'destination says 403',
	'certificate expired',
	'token revoked',
] as const;
export type Weather = (typeof WEATHER)[number];

export const PAGE =
	'<!doctype html><html><head><title>Sign in</title></head><body><h1>Guest network</h1></body></html>';
export const OTHER_JSON = '{"hello":"world"}';
/** Milliseconds; several such requests fit into a poll's time. */
export const SLOW = 6_000;
/** Seconds that a throttled caller is told to wait. */
export const WAIT = 3;
