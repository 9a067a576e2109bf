/** In the page: counts what a person does there, over all pages of the tab. */
for (const [event, kind] of [
	['click', 'clicks'],
	['input', 'typed'],
]) {
	globalThis.addEventListener(
		event,
		({ isTrusted }) => {
			const { sessionStorage } = globalThis;
			if (isTrusted) sessionStorage[kind] = Number(sessionStorage[kind] ?? 0) + 1;
		},
		true,
	);
}
