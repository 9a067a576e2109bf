/** In the page: counts what a person does there, over all pages of the tab. */
/* global addEventListener, sessionStorage -- it runs in a browser */
for (const [event, kind] of [
	['click', 'clicks'],
	['input', 'typed'],
]) {
	addEventListener(
		event,
		({ isTrusted }) => {
			if (isTrusted) sessionStorage[kind] = Number(sessionStorage[kind] ?? 0) + 1;
		},
		true,
	);
}
